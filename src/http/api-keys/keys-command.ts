import { parseArgs } from 'node:util';
import { ConfigError, show } from '../../config/expect.js';
import { readSettings } from '../../config/settings.js';
import { createKey, hashKey } from '../../access/keys/api-key.js';
import { editKeysFile } from '../../access/keys/edit-keys-file.js';
import { expiry } from '../../access/keys/expiry.js';
import {
  type KeyEntry,
  keyName,
  modelNames,
  priority,
  requestsPerMinute,
  scopes,
} from '../../access/keys/keys-file.js';
import { keysTable } from './keys-table.js';
import { errorCode, readKeysFile } from '../../access/keys/read-keys-file.js';

const HELP = `API keys: who may call this server.

  npm run keys -- create --name <name> [--models <a,b>] [--expires <90d | 2027-01-31>] [--rate-limit <per minute>]
                             [--priority <high | normal | low>] [--scopes <predict,metrics,admin>]
  npm run keys -- list
  npm run keys -- revoke <id or name>

create  makes a key and shows it once: only its hash is stored. Without --models it is for every model, without
        --expires for ever, without --rate-limit as often as RATE_LIMIT allows, without --priority normal,
        without --scopes for predictions and metrics.
list    shows every key's id, name, models, limit, priority, scopes, and when it was made and ends.
revoke  takes a key away: a running server refuses it within a second.

The keys are in the file that API_KEYS_FILE names (api-keys.json).`;

const USAGE = 'see npm run keys -- --help';

/** Where a command writes its lines. */
export interface Printer {
  /** What was asked for, and nothing else: stdout. */
  answer(line: string): void;
  /** What a person should know beside it, and errors: stderr. */
  aside(line: string): void;
}

/**
 * `npm run keys`: makes, lists and revokes the API keys in API_KEYS_FILE, which running servers follow.
 * @returns the exit code; an error that one could expect is one sentence with its remedy, and 1.
 */
export async function keysCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  print: Printer,
): Promise<number> {
  try {
    await dispatch(args, env, print);
    return 0;
  } catch (error) {
    print.aside(sentence(error));
    return 1;
  }
}

async function dispatch(
  [command, ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  print: Printer,
): Promise<void> {
  if (command === '--help' || command === '-h' || args.includes('--help')) return print.answer(HELP);
  // The other settings are the server's: a wrong one there is no reason not to revoke a key.
  const { apiKeysFile } = readSettings({ API_KEYS_FILE: env.API_KEYS_FILE });
  switch (command) {
    case 'create':
      return create(args, apiKeysFile, print);
    case 'list':
      return list(args, apiKeysFile, print);
    case 'revoke':
      return revoke(args, apiKeysFile, print);
    default:
      throw new ConfigError(`Expected create, list or revoke but received ${show(command)}; ${USAGE}`);
  }
}

async function create(args: string[], file: string, print: Printer): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      models: { type: 'string' },
      expires: { type: 'string' },
      'rate-limit': { type: 'string' },
      priority: { type: 'string' },
      scopes: { type: 'string' },
    },
  });
  if (values.name === undefined) {
    throw new ConfigError(
      'Expected --name after create; with npm, options follow a --: npm run keys -- create --name phone-app',
    );
  }
  const now = Date.now();
  const { id, text } = createKey();
  const entry: KeyEntry = {
    id,
    name: keyName(values.name, '--name'),
    sha256: hashKey(text),
    createdAt: new Date(now).toISOString(),
    ...(values.expires !== undefined && { expiresAt: expiry(now)(values.expires, '--expires') }),
    ...(values.models !== undefined && {
      models: modelNames(commaList(values.models), '--models'),
    }),
    ...(values['rate-limit'] !== undefined && {
      rateLimit: requestsPerMinute(values['rate-limit'], '--rate-limit'),
    }),
    ...(values.priority !== undefined && { priority: priority(values.priority, '--priority') }),
    ...(values.scopes !== undefined && { scopes: scopes(commaList(values.scopes), '--scopes') }),
  };
  await editKeysFile(file, (keys) => {
    if (keys.some((other) => other.name === entry.name || other.id === entry.name)) {
      throw new ConfigError(
        `A key with the name or id ${entry.name} exists: choose another name such as ${entry.name}-2, or revoke it first.`,
      );
    }
    return [...keys, entry];
  });
  // The key goes to stdout alone, and nothing else does: `npm run --silent keys -- create … > file` keeps it, and
  // shows it in no build log.
  print.aside(`Made the key ${entry.name} in ${file}. It is shown only now:\n`);
  print.answer(text);
  print.aside("\nTry it: curl -H 'X-API-Key: <the key>' -F image=@picture.jpg http://127.0.0.1:3000/predict");
}

function commaList(given: string): string[] {
  return given.split(',').map((part) => part.trim());
}

function list(args: string[], file: string, print: Printer): void {
  parseArgs({ args, options: {} });
  const keys = readKeysFile(file);
  print.answer(
    keys.length === 0
      ? `No keys in ${file}; make one: npm run keys -- create --name <name>`
      : keysTable(keys, Date.now()),
  );
}

async function revoke(args: string[], file: string, print: Printer): Promise<void> {
  const wanted = parseArgs({ args, options: {}, allowPositionals: true }).positionals;
  const [key] = wanted;
  if (key === undefined || wanted.length > 1)
    throw new ConfigError(`Expected one id or name after revoke; ${USAGE}`);
  let gone: KeyEntry | undefined;
  let left = 0;
  await editKeysFile(file, (keys) => {
    gone = keys.find(({ id }) => id === key) ?? keys.find(({ name }) => name === key);
    if (gone === undefined)
      throw new ConfigError(`No key has the id or name ${show(key)}; see npm run keys -- list`);
    left = keys.length - 1;
    return keys.filter((entry) => entry !== gone);
  });
  print.answer(`Revoked the key ${gone?.name} (${gone?.id}): a running server refuses it within a second.`);
  if (left === 0)
    print.answer(
      'It was the last: a running server refuses everybody; one started now makes a key for its run and prints it.',
    );
}

/** What to tell of an error one could expect: ours, a wrong option, or a file that could not be changed. */
function sentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const code = errorCode(error);
  if (code === undefined) throw error;
  if (code.startsWith('ERR_PARSE_ARGS')) return `${(error as Error).message.split(/\.\s/)[0]}; ${USAGE}`;
  const remedy =
    'its folder must exist, be writable and be mounted whole, not as one file, and the file must belong to this user';
  return `The keys file could not be changed (${code}): ${remedy}; or let API_KEYS_FILE name another.`;
}
