import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createKey, hashKey, parseKey } from './api-key.js';

describe('an API key', () => {
  it('has a prefix, an id, a secret and a checksum', () => {
    const { id, text } = createKey();
    expect(text).toMatch(/^tn_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
    expect(text.slice(3, 13)).toBe(id);
    expect(parseKey(text)).toEqual({ id });
  });

  it('can be recognised by a scanner that knows the form alone', () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const { text } = createKey();
    const value = text
      .slice(-6)
      .split('')
      .reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
    expect(value).toBe(crc32(text.slice(0, -6)));
  });

  it('is never the same twice', () => {
    const keys = Array.from({ length: 1000 }, createKey);
    expect(new Set(keys.map(({ text }) => text.slice(14, 57))).size).toBe(1000);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1000);
  });

  const { text } = createKey();
  it.each([
    ['nothing', ''],
    ['a key cut short', text.slice(0, -1)],
    ['a key with more behind it', `${text}A`],
    ['one wrong character', text.slice(0, 30) + (text[30] === 'A' ? 'B' : 'A') + text.slice(31)],
    ['another prefix', `xx${text.slice(2)}`],
    ['a character outside the alphabet', `${text.slice(0, 20)}-${text.slice(21)}`],
    ['a million characters', 'tn_'.repeat(333_333)],
  ])('is not %s', (_, given) => expect(parseKey(given)).toBeUndefined());

  it('is stored as SHA-256 of its whole text', () => {
    expect(hashKey(text)).toBe(createHash('sha256').update(text).digest('hex'));
  });
});
