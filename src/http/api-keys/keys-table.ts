import type { KeyEntry } from '../../access/keys/keys-file.js';
import { DEFAULT_SCOPES } from '../../access/keys/scopes.js';

const HEADINGS = ['ID', 'NAME', 'MODELS', 'PER MINUTE', 'PRIORITY', 'SCOPES', 'CREATED', 'EXPIRES'];

/** The keys as people read them, a line each, in columns; days in UTC. */
export function keysTable(keys: readonly KeyEntry[], now: number): string {
  const rows = [HEADINGS, ...keys.map((key) => row(key, now))];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function row(key: KeyEntry, now: number): string[] {
  const { id, name, models, rateLimit, priority, scopes = DEFAULT_SCOPES, createdAt, expiresAt } = key;
  const ended = expiresAt !== undefined && Date.parse(expiresAt) <= now;
  const expires = expiresAt === undefined ? 'never' : `${ended ? 'expired ' : ''}${expiresAt.slice(0, 10)}`;
  return [
    id,
    name,
    models?.join(',') ?? 'all',
    String(rateLimit ?? 'default'),
    priority ?? 'normal',
    scopes.join(','),
    createdAt.slice(0, 10),
    expires,
  ];
}
