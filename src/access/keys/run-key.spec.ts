import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { readSettings } from '../../config/settings.js';
import { createKey, hashKey } from './api-key.js';
import { printKeysFile } from './keys-file.js';
import { KeyStore } from './key-store.js';
import type { RunKey } from './run-key.js';

const START = Date.parse('2026-11-02T10:00:00Z');
const SECOND = 1000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  Logger.overrideLogger(false);
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'api-keys.json');
const settings = () => ({ ...readSettings({}), apiKeysFile: file() });

function writeKey(): string {
  const { id, text } = createKey();
  const entry = { id, name: 'a', sha256: hashKey(text), createdAt: '2026-01-01T00:00:00Z' };
  writeFileSync(file(), printKeysFile([entry]));
  return text;
}

/** Another process's key of this run, and what it was told. */
function runKey(text: string | null) {
  const told: string[] = [];
  let end = (): void => {};
  const key: RunKey = { text, end: () => told.push('ended'), onEnd: (listener) => (end = listener) };
  return { key, told, end: () => end() };
}

describe('a key of this run that another process made', () => {
  it('is in force here too, and no other one is made', () => {
    const { text } = createKey();
    const store = new KeyStore(settings(), runKey(text).key);
    expect(store.temporaryKey).toBe(text);
    expect(store.temporaryInForce(START)).toBe(text);
    expect(store.verify(text, START)).toMatchObject({ name: 'this run' });
  });

  it('ends for all when one sees that the file holds a key', () => {
    const { text } = createKey();
    const { key, told } = runKey(text);
    const store = new KeyStore(settings(), key);
    const lasting = writeKey();
    expect(store.verify(lasting, START)).toMatchObject({ name: 'a' });
    expect(store.verify(text, START + SECOND)).toBe('unknown');
    expect(store.temporaryInForce(START + SECOND)).toBeUndefined();
    expect(told).toEqual(['ended']);
  });

  it('ends here when another process says so, although the file shows nothing', () => {
    const { text } = createKey();
    const { key, end } = runKey(text);
    const store = new KeyStore(settings(), key);
    expect(store.verify(text, START)).toMatchObject({ name: 'this run' });
    end();
    expect(store.verify(text, START)).toBe('unknown');
    expect(store.temporaryInForce(START)).toBeUndefined();
  });

  it('that has ended is not replaced by one of our own', () => {
    const store = new KeyStore(settings(), runKey(null).key);
    expect(store.temporaryKey).toBeUndefined();
    expect(store.verify(writeKey(), START)).toMatchObject({ name: 'a' });
  });
});
