import { atOnce } from '../turns/slices.js';
import { type Base64Rules, decodeBase64Steps } from './base64.js';

const RULES: Base64Rules = { spaces: [0x0a, 0x0d], pads: [0x3d] };
/** More than two pieces of it are decoded in. */
const bytes = Buffer.from(Uint8Array.from({ length: 600_001 }, (_, index) => (index * 7919) >> 5));
const text = bytes.toString('base64');
const decoded = (given: string | Uint8Array) => atOnce(decodeBase64Steps(given, RULES));
/** Line breaks fall on every place within a group of four, on the edges of pieces too. */
const broken = (every: number) => text.replace(new RegExp(`.{${every}}`, 'g'), '$&\r\n');

describe('long base64, which is decoded in pieces', () => {
  it.each([
    ['as a text', text],
    ['as bytes', Buffer.from(text)],
    ['as a part of other bytes', Buffer.from(`..${text}`).subarray(2)],
    ['without padding', text.replace(/=+$/, '')],
    ['in lines of 76', broken(76)],
    ['in lines of 61', broken(61)],
    ['with a line break after each digit', Buffer.from(broken(1))],
    ['with many line breaks at its end', `${text}${'\n'.repeat(2 ** 19)}`],
    ['with many line breaks within its padding', text.replace('==', `=${'\n'.repeat(2 ** 19)}=`)],
  ])('is what it was, %s', (_, given) => {
    expect(decoded(given)?.equals(bytes)).toBe(true);
  });

  it.each([
    ['another character at its end', `${text.slice(0, -3)}*=`],
    ['another character in its midst', text.replace(/^(.{400000})./, '$1*')],
    ['digits of URLs', text.replace(/^(.{400000})./, '$1-')],
    ['a letter beyond ASCII whose low byte is a digit', text.replace(/^(.{400000})./, '$1\u0141')],
    ['two texts in a row', `${text}${text}`],
    ['two texts in a row, far apart', `${text}${'\n'.repeat(2 ** 19)}AAAA`],
    ['a pad too many', `${text}${'\n'.repeat(2 ** 19)}=`],
    ['a digit too many', `${text.replace(/=+$/, '')}AAA`],
  ])('is refused with %s', (_, given) => {
    expect(decoded(given)).toBeUndefined();
  });

  it('pauses within, so that others are answered', () => {
    const steps = decodeBase64Steps(broken(76), RULES);
    expect(steps.next().done).toBe(false);
  });
});
