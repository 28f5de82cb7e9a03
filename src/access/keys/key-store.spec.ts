import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { readSettings } from '../../config/settings.js';
import { createKey, hashKey } from './api-key.js';
import { type KeyEntry, printKeysFile } from './keys-file.js';
import { KeyStore } from './key-store.js';

const START = Date.parse('2026-11-02T10:00:00Z');
const SECOND = 1000;

let folder: string;
let file: string;
let errors: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  file = join(folder, 'api-keys.json');
  errors = [];
  Logger.overrideLogger({ log: () => {}, warn: () => {}, error: (message: string) => errors.push(message) });
});
afterEach(() => {
  Logger.overrideLogger(false);
  rmSync(folder, { recursive: true });
});

const open = (auth = true) => new KeyStore({ ...readSettings({}), auth, apiKeysFile: file });
const write = (...keys: readonly KeyEntry[]) => writeFileSync(file, printKeysFile(keys));

function key(name: string, rest: Partial<KeyEntry> = {}) {
  const { id, text } = createKey();
  return { text, entry: { id, name, sha256: hashKey(text), createdAt: '2026-01-01T00:00:00Z', ...rest } };
}

describe('KeyStore', () => {
  it('knows who a key belongs to, and what it is for', () => {
    const a = key('a');
    const b = key('b', {
      models: ['shapes'],
      rateLimit: 5,
      priority: 'high',
      expiresAt: '2027-01-01T00:00:00Z',
    });
    write(a.entry, b.entry);
    const store = open();
    expect(store.temporaryKey).toBeUndefined();
    expect(store.verify(a.text, START)).toEqual({
      id: a.entry.id,
      name: 'a',
      models: null,
      scopes: ['predict', 'metrics'],
      rateLimit: null,
      priority: 'normal',
      expiresAt: null,
    });
    expect(store.verify(b.text, START)).toMatchObject({
      name: 'b',
      models: ['shapes'],
      rateLimit: 5,
      priority: 'high',
    });
  });

  it('knows no other key: not of an unknown id, not of a known id with another secret, not a hash', () => {
    const a = key('a');
    write(a.entry);
    const store = open();
    expect(store.verify(createKey().text, START)).toBe('unknown');
    const sameId = { ...a.entry, sha256: hashKey(createKey().text) };
    write(sameId);
    expect(open().verify(a.text, START)).toBe('unknown');
    expect(store.verify(a.entry.sha256, START)).toBe('unknown');
    expect(store.verify('', START)).toBe('unknown');
  });

  it('lets a key expire to the millisecond', () => {
    const a = key('a', { expiresAt: new Date(START).toISOString() });
    write(a.entry);
    const store = open();
    expect(store.verify(a.text, START - 1)).toMatchObject({ name: 'a' });
    expect(store.verify(a.text, START)).toBe('expired');
  });

  it.each([
    ['written in place', (text: string) => writeFileSync(file, text)],
    [
      'replaced by another',
      (text: string) => {
        writeFileSync(`${file}.new`, text);
        renameSync(`${file}.new`, file);
      },
    ],
  ])('follows a file %s within a second', (_, change) => {
    const a = key('a');
    const b = key('b');
    write(a.entry);
    const store = open();
    expect(store.verify(a.text, START)).toMatchObject({ name: 'a' });
    change(printKeysFile([b.entry]));
    expect(store.verify(a.text, START + SECOND - 1)).toMatchObject({ name: 'a' });
    expect(store.verify(a.text, START + SECOND)).toBe('unknown');
    expect(store.verify(b.text, START + SECOND)).toMatchObject({ name: 'b' });
  });

  it('looks again when the clock was set back', () => {
    const a = key('a');
    write(a.entry);
    const store = open();
    store.verify(a.text, START);
    write();
    expect(store.verify(a.text, START - 3600 * SECOND)).toBe('unknown');
  });

  it('takes a file that is gone as one without keys', () => {
    const a = key('a');
    write(a.entry);
    const store = open();
    store.verify(a.text, START);
    rmSync(file);
    expect(store.verify(a.text, START + SECOND)).toBe('unknown');
    expect(store.temporaryKey).toBeUndefined();
  });

  it('keeps the old keys in force when the file became malformed, and says so once', () => {
    const a = key('a');
    write(a.entry);
    const store = open();
    writeFileSync(file, '{"keys": [');
    for (let second = 0; second < 5; second += 1) {
      expect(store.verify(a.text, START + second * SECOND)).toMatchObject({ name: 'a' });
    }
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('still in force: 1. Expected JSON for');
    write();
    expect(store.verify(a.text, START + 5 * SECOND)).toBe('unknown');
  });

  it('does not start with a malformed file', () => {
    writeFileSync(file, '{"keys": [{}]}');
    expect(open).toThrow(/^Expected a value for .*api-keys\.json keys\[0\]\.id but received nothing\.$/);
  });

  it('does not start with a file it cannot read', () => {
    mkdirSync(file);
    expect(open).toThrow(/^Expected a file that this process may read for API_KEYS_FILE .* \(EISDIR\)\.$/);
  });

  it.each([
    ['no file', () => {}],
    ['no keys in it', () => write()],
  ])('makes a key for this run when there is %s, until the file has one', (_, prepare) => {
    prepare();
    const store = open();
    const temporary = store.temporaryKey ?? '';
    expect(store.verify(temporary, START)).toMatchObject({ name: 'this run', models: null });
    const a = key('a');
    write(a.entry);
    expect(store.verify(temporary, START + SECOND)).toBe('unknown');
    expect(store.verify(a.text, START + SECOND)).toMatchObject({ name: 'a' });
    write();
    expect(store.verify(temporary, START + 2 * SECOND)).toBe('unknown');
  });

  it('leaves the file alone with AUTH=off', () => {
    writeFileSync(file, 'not keys');
    chmodSync(file, 0o000);
    expect(open(false).temporaryKey).toBeUndefined();
  });
});
