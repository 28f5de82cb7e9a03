import {
  ConfigError,
  fields,
  integer,
  list,
  oneOf,
  type Reader,
  show,
  text,
  unexpected,
} from '../../config/expect.js';
import { PRIORITIES, type Priority } from '../../turns/call.js';
import { ID_FORM } from './api-key.js';
import { type Scope, SCOPES } from './scopes.js';

/** One key as the file holds it. Times are ISO 8601 in UTC, ending in Z. */
export interface KeyEntry {
  readonly id: string;
  readonly name: string;
  /** See `hashKey`; the key itself is stored nowhere. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly models?: readonly string[];
  /** Absent: `DEFAULT_SCOPES`, so that files of before there were scopes mean what they meant. */
  readonly scopes?: readonly Scope[];
  /** Requests per minute. */
  readonly rateLimit?: number;
  /** Absent: normal. */
  readonly priority?: Priority;
}

/** Somebody may have put the key where its hash belongs: what was found goes to a log, so it is not repeated. */
function matching(form: RegExp, what: string): Reader<string> {
  return (value, name) => {
    if (typeof value === 'string' && form.test(value)) return value;
    const found = typeof value === 'string' ? `a text of length ${value.length}` : show(value);
    throw new ConfigError(`Expected ${what} for ${name} but received ${found}.`);
  };
}

/** A name as people give it: short, and harmless in a log line or a table. */
export const keyName: Reader<string> = (value, name) => {
  if (typeof value === 'string' && /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u.test(value)) return value;
  throw unexpected('1 to 64 letters, digits, spaces or ._@- that start with a letter or digit', name, value);
};

const modelName: Reader<string> = (value, name) => {
  if (typeof value === 'string' && /^[^\s,/\\]{1,128}$/.test(value)) return value;
  throw unexpected('the name of a model', name, value);
};

/** Which models a key may use. None at all would be a key for nothing, and is more likely a mistake. */
export const modelNames: Reader<readonly string[]> = (value, name) => {
  const names = list(modelName)(value, name);
  if (names.length === 0) throw unexpected('at least one model', name, value);
  return names;
};

/** What a key may be used for, each scope once. */
export const scopes: Reader<readonly Scope[]> = (value, name) => {
  const given = list(oneOf(...SCOPES))(value, name);
  if (given.length === 0) throw unexpected(`at least one of ${SCOPES.join(', ')}`, name, value);
  if (new Set(given).size < given.length) throw unexpected('each scope once', name, value);
  return given;
};

export const requestsPerMinute = integer(1, 1_000_000);

export const priority: Reader<Priority> = oneOf(...PRIORITIES);

const instant: Reader<string> = (value, name) => {
  const given = text()(value, name);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(given) ? new Date(given) : undefined;
  // The way back shows what `Date` mends in silence: 30 February is 2 March to it.
  if (
    time !== undefined &&
    !Number.isNaN(time.getTime()) &&
    time.toISOString().startsWith(given.slice(0, 19))
  ) {
    return given;
  }
  throw unexpected('a time such as 2027-01-31T23:59:59Z', name, value);
};

const entry: Reader<KeyEntry> = (value, name) => {
  const read = fields<KeyEntry>({
    id: matching(ID_FORM, 'an id of 10 letters and digits'),
    name: keyName,
    sha256: matching(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 hex digits'),
    createdAt: instant,
    expiresAt: instant,
    models: modelNames,
    scopes,
    rateLimit: requestsPerMinute,
    priority,
  })(value, name);
  for (const required of ['id', 'name', 'sha256', 'createdAt'] as const) {
    if (read[required] === undefined) throw unexpected('a value', `${name}.${required}`, undefined);
  }
  return read as KeyEntry;
};

/**
 * The keys in the text of a keys file: `{ "keys": [ … ] }`.
 * @param file how sentences call the file.
 * @throws ConfigError naming the file and the entry; it repeats nothing that could be a key.
 */
export function parseKeysFile(content: string, file: string): readonly KeyEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw new ConfigError(`Expected JSON for ${file} but received text that is not.`);
  }
  const { keys } = fields<{ keys: readonly KeyEntry[] }>({
    keys: (value) => list(entry)(value, `${file} keys`),
  })(json, file);
  if (keys === undefined) throw unexpected('a list', `${file} keys`, undefined);
  for (const field of ['id', 'name'] as const) {
    const seen = new Set<string>();
    for (const [index, key] of keys.entries()) {
      if (seen.has(key[field])) {
        throw unexpected(`one key of each ${field}`, `${file} keys[${index}].${field}`, key[field]);
      }
      seen.add(key[field]);
    }
  }
  return keys;
}

/** The text `parseKeysFile` reads. */
export function printKeysFile(keys: readonly KeyEntry[]): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
