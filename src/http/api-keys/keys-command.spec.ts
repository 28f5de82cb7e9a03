import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey } from '../../access/keys/api-key.js';
import { keysCommand } from './keys-command.js';
import { keysTable } from './keys-table.js';
import { type KeyEntry, parseKeysFile } from '../../access/keys/keys-file.js';

const CLI = join(import.meta.dirname, 'cli.ts');

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  file = join(folder, 'api-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function keys(...args: readonly string[]): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await keysCommand(
    args,
    { API_KEYS_FILE: file },
    {
      answer: (line) => (out += `${line}\n`),
      aside: (line) => (err += `${line}\n`),
    },
  );
  return { code, out, err };
}

/** The same in a process of its own, as `npm run keys` does. */
function keysProcess(...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, NODE_OPTIONS: '', API_KEYS_FILE: file };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', CLI, ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const stored = (): readonly KeyEntry[] => parseKeysFile(readFileSync(file, 'utf8'), file);

describe('npm run keys', () => {
  it('makes a key that is shown once and stored as a hash, in a file for its owner alone', async () => {
    const { code, out, err } = await keys(
      'create',
      '--name',
      'phone-app',
      '--models',
      'shapes, denoise',
      '--expires',
      '90d',
      '--rate-limit',
      '100',
      '--priority',
      'high',
      '--scopes',
      'predict, admin',
    );
    expect(code).toBe(0);
    const text = out.trim();
    expect(err).toContain('curl -H');
    expect(err).not.toContain(text.slice(14));
    const [made] = stored();
    expect(Date.parse(made?.expiresAt ?? '') - Date.parse(made?.createdAt ?? '')).toBe(90 * 86_400_000);
    expect(stored()).toEqual([
      {
        id: text.slice(3, 13),
        name: 'phone-app',
        sha256: hashKey(text),
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
        models: ['shapes', 'denoise'],
        rateLimit: 100,
        priority: 'high',
        scopes: ['predict', 'admin'],
      },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(text.slice(14));
  });

  it('lists and revokes, by name or id, and keeps the other entries', async () => {
    await keys('create', '--name', 'a');
    await keys('create', '--name', 'b');
    await keys('create', '--name', 'c');
    const [a, b, c] = stored();
    expect((await keys('list')).out).toMatch(
      /^ID +NAME .*\n\w{10} +a +all +default .*never\n.* b .*\n.* c .*\n$/,
    );
    expect((await keys('revoke', 'b')).out).toContain(`Revoked the key b (${b?.id})`);
    expect((await keys('revoke', a?.id ?? '')).code).toBe(0);
    expect(stored()).toEqual([c]);
    expect((await keys('revoke', 'c')).out).toContain('It was the last');
  });

  it('takes an id before a name that reads the same, and makes no such name', async () => {
    await keys('create', '--name', 'a');
    await keys('create', '--name', 'b');
    const [a, b] = stored();
    const id = a?.id ?? '';
    expect((await keys('create', '--name', id)).err).toContain(`A key with the name or id ${id} exists`);
    writeFileSync(file, JSON.stringify({ keys: [{ ...b, name: id }, a] }));
    expect((await keys('revoke', id)).out).toContain(`Revoked the key a (${id})`);
    expect(stored()).toEqual([{ ...b, name: id }]);
  });

  it('lets whoever could read the file go on reading it', async () => {
    await keys('create', '--name', 'a');
    chmodSync(file, 0o640);
    await keys('revoke', 'a');
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('loses none of the keys made at the same time, nor to a lock that one left behind', async () => {
    writeFileSync(`${file}.lock`, 'of one that died');
    utimesSync(`${file}.lock`, 0, 0);
    const names = Array.from({ length: 8 }, (_, index) => `key-${index}`);
    const outcomes = await Promise.all(names.map((name) => keysProcess('create', '--name', name)));
    expect(outcomes.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(
      stored()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names);
    expect(readdirSync(folder)).toEqual(['api-keys.json']);
  });

  it('edits the file that a link stands for', async () => {
    writeFileSync(join(folder, 'real.json'), '{"keys":[]}');
    symlinkSync('real.json', file);
    await keys('create', '--name', 'a');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(stored()).toHaveLength(1);
  });

  it.each([
    [
      ['create'],
      'Expected --name after create; with npm, options follow a --: npm run keys -- create --name phone-app',
    ],
    [['create', '--name', 'a', '--expires', '2020-01-01'], 'for --expires but received "2020-01-01".'],
    [
      ['create', '--name', 'a', '--models', 'x,,y'],
      'Expected the name of a model for --models[1] but received "".',
    ],
    [['create', '--name', 'a', '--rate-limit', 'many'], 'for --rate-limit but received "many".'],
    [
      ['create', '--name', 'a', '--priority', 'urgent'],
      'Expected one of high, normal, low for --priority but received "urgent".',
    ],
    [['create', '--nmae', 'a'], "Unknown option '--nmae'; see npm run keys -- --help"],
    [['revoke', 'nobody'], 'No key has the id or name "nobody"; see npm run keys -- list'],
    [['frob'], 'Expected create, list or revoke but received "frob"; see npm run keys -- --help'],
    [[], 'Expected create, list or revoke but received nothing; see npm run keys -- --help'],
  ])('answers %j with one sentence', async (args, message) => {
    const { code, out, err } = await keys(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trim().split('\n')).toEqual([expect.stringContaining(message)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a name that is taken, and a file it does not understand, and changes neither', async () => {
    await keys('create', '--name', 'a');
    const before = readFileSync(file, 'utf8');
    expect(await keys('create', '--name', 'a')).toMatchObject({ code: 1, out: '' });
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, '{"keys":[{}]}');
    expect((await keys('create', '--name', 'b')).err).toContain('Expected a value for');
    expect(readFileSync(file, 'utf8')).toBe('{"keys":[{}]}');
  });

  it('says what to do about a folder that is not there', async () => {
    file = join(folder, 'none', 'api-keys.json');
    expect(await keys('create', '--name', 'a')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The keys file could not be changed \(ENOENT\): its folder must exist/),
    });
  });

  it('explains itself', async () => {
    expect(await keys('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm run keys -- create'),
    });
  });
});

describe('the table of keys', () => {
  it('is aligned, and tells expired from not yet', () => {
    const entry = { id: 'AAAAAAAAAA', name: 'a', sha256: '', createdAt: '2026-01-01T00:00:00Z' };
    const rows: KeyEntry[] = [
      { ...entry, expiresAt: '2026-02-01T00:00:00Z' },
      {
        ...entry,
        name: 'phone-app',
        models: ['x', 'y'],
        rateLimit: 5,
        priority: 'high',
        expiresAt: '2027-01-31T23:59:59.999Z',
      },
    ];
    expect(keysTable(rows, Date.parse('2026-02-01T00:00:00Z')).split('\n')).toEqual([
      'ID          NAME       MODELS  PER MINUTE  PRIORITY  SCOPES           CREATED     EXPIRES',
      'AAAAAAAAAA  a          all     default     normal    predict,metrics  2026-01-01  expired 2026-02-01',
      'AAAAAAAAAA  phone-app  x,y     5           high      predict,metrics  2026-01-01  2027-01-31',
    ]);
  });
});
