import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../src/config/settings.js';

const PAGE = fileURLToPath(new URL('../docs/settings.md', import.meta.url));

const INTRODUCTION = `# Settings

From environment variables, or from a file \`.env\` in the folder the server is started in; the environment wins. They are
read once, at start: a wrong one stops the server with one sentence that names it. This page is written by
\`npm run docs:settings\` from \`src/config/settings.ts\`.

| variable | default | what it is |
| --- | --- | --- |
`;

/** The page's text. Paths are shown as seen from the folder the server is started in. */
export function settingsPage(): string {
  const rows = Object.values(SETTINGS).map(({ env, default: value, defaultShown, unit, help }) => {
    return `| \`${env}\` | ${defaultShown ?? shown(value)} | ${help}${unit === undefined ? '' : ` (${unit})`} |\n`;
  });
  return INTRODUCTION + rows.join('');
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? '`on`' : '`off`';
  if (Array.isArray(value)) return 'none';
  const text = String(value);
  return `\`${text.startsWith('/') ? relative(process.cwd(), text) : text}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, settingsPage());
