import { decodeBase64 } from './base64.js';

describe('base64 of a request', () => {
  it('is decoded for every length, with padding and without, and with points for padding', () => {
    for (let length = 0; length < 100; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 89 + length) & 0xff));
      const text = bytes.toString('base64');
      for (const spelled of [text, text.replaceAll('=', ''), text.replaceAll('=', '.')]) {
        expect(decoded(spelled)).toEqual(bytes);
      }
    }
  });

  it.each(['aGVs bG8=', ' aGVsbG8 =', 'aGVsbG8=\r\n', 'aGV\tsb\vG\f8', 'aGVsbG8 '])(
    'may have whitespace anywhere, as %j',
    (text) => {
      expect(decoded(text)).toEqual(Buffer.from('hello'));
    },
  );

  it.each([
    '_-8=',
    '_-8',
    '****',
    'aGVsbG8==',
    'aGVsbG8=a',
    'a',
    'aaaaa',
    'aGVs=',
    'aGV\u00e9',
    'aG\0V',
    '=',
    '====',
    'aG==aG==',
  ])('is refused where it is none, as %j', (text) => {
    expect(decoded(text)).toBeNull();
  });

  it('has no other byte than those of the alphabet, whitespace and padding', () => {
    const taken = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => {
      return decodeBase64(Buffer.from([0x61, 0x61, byte, 0x61, 0x61, 0x61])) !== null;
    });
    const alphabet = Buffer.from('+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
    // With whitespace instead there are five digits, which is never right.
    expect(taken).toEqual([...alphabet]);
  });
});

function decoded(text: string): Buffer | null {
  const bytes = decodeBase64(Buffer.from(text));
  return bytes === null ? null : Buffer.from(bytes);
}
