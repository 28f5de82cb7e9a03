import { createKey } from './api-key.js';
import { parseKeysFile, printKeysFile } from './keys-file.js';

const sha256 = 'a'.repeat(64);
const least = { id: 'AAAAAAAAAA', name: 'phone-app', sha256, createdAt: '2026-01-01T00:00:00.000Z' };
const parse = (...keys: readonly object[]) => parseKeysFile(JSON.stringify({ keys }), 'keys.json');

describe('the keys file', () => {
  it('reads what it printed', () => {
    const full = {
      ...least,
      id: 'BBBBBBBBBB',
      name: 'grün 2',
      expiresAt: '2027-01-31T23:59:59Z',
      models: ['shapes'],
      rateLimit: 100,
      priority: 'low',
    };
    expect(parseKeysFile(printKeysFile([least, full]), 'keys.json')).toEqual([least, full]);
    expect(parse()).toEqual([]);
  });

  it.each([
    ['{', 'Expected JSON for keys.json but received text that is not.'],
    ['[]', 'Expected an object with keys for keys.json but received [].'],
    ['{}', 'Expected a list for keys.json keys but received nothing.'],
    ['{"keys":{}}', 'Expected a list for keys.json keys but received {}.'],
    ['{"key":[]}', 'Expected one of keys as a key of keys.json but received "key".'],
    ['{"keys":[],"__proto__":[]}', 'Expected one of keys as a key of keys.json but received "__proto__".'],
  ])('refuses %s', (content, message) => expect(() => parseKeysFile(content, 'keys.json')).toThrow(message));

  it.each([
    [
      { id: 'short' },
      'Expected an id of 10 letters and digits for keys.json keys[0].id but received a text of length 5.',
    ],
    [{ id: undefined }, 'Expected a value for keys.json keys[0].id but received nothing.'],
    [{ name: 'a\nb' }, 'for keys.json keys[0].name but received "a\\nb".'],
    [{ name: ' ' }, 'for keys.json keys[0].name but received " ".'],
    [{ sha256: 7 }, 'Expected a SHA-256 in 64 hex digits for keys.json keys[0].sha256 but received 7.'],
    [{ createdAt: 'yesterday' }, 'for keys.json keys[0].createdAt but received "yesterday".'],
    [
      { expiresAt: '2027-02-30T00:00:00Z' },
      'for keys.json keys[0].expiresAt but received "2027-02-30T00:00:00Z".',
    ],
    [{ expiresAt: null }, 'for keys.json keys[0].expiresAt but received null.'],
    [{ models: [] }, 'Expected at least one model for keys.json keys[0].models but received [].'],
    [{ models: ['a/b'] }, 'Expected the name of a model for keys.json keys[0].models[0] but received "a/b".'],
    [
      { rateLimit: 0 },
      'Expected a whole number from 1 to 1000000 for keys.json keys[0].rateLimit but received 0.',
    ],
    [
      { priority: 'urgent' },
      'Expected one of high, normal, low for keys.json keys[0].priority but received "urgent".',
    ],
    [{ priority: 1 }, 'for keys.json keys[0].priority but received 1.'],
    [{ expires: '90d' }, 'as a key of keys.json keys[0] but received "expires".'],
  ])('refuses an entry with %j', (change, message) =>
    expect(() => parse({ ...least, ...change })).toThrow(message),
  );

  it('refuses two entries of one id or one name', () => {
    expect(() => parse(least, { ...least, name: 'b' })).toThrow(
      'Expected one key of each id for keys.json keys[1].id but received "AAAAAAAAAA".',
    );
    expect(() => parse(least, { ...least, id: 'BBBBBBBBBB' })).toThrow(
      'keys[1].name but received "phone-app".',
    );
  });

  it.each(['id', 'sha256'])('does not repeat a key that somebody put where its %s belongs', (field) => {
    const { text } = createKey();
    expect(() => parse({ ...least, [field]: text })).toThrow(expect.not.stringContaining(text.slice(14)));
    expect(() => parseKeysFile(text, 'keys.json')).toThrow(expect.not.stringContaining(text.slice(14)));
  });
});
