import { readFileSync } from 'node:fs';
import { hasTooManyScans, MOST_SCANS } from './scans.js';

const START = [0xff, 0xd8];
const END = [0xff, 0xd9];
/** The begin of a scan with coded bytes, among them a 0xff. */
const SCAN = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 7, 0xff, 0, 9];
const many = (count: number, bytes: readonly number[]): number[] =>
  Array.from({ length: count }, () => bytes).flat();
const comment = (bytes: readonly number[]): number[] => [
  0xff,
  0xfe,
  (bytes.length + 2) >> 8,
  (bytes.length + 2) & 255,
  ...bytes,
];

describe('too many scans of a JPEG', () => {
  it.each<[string, number[], boolean]>([
    ['as many as may be', many(MOST_SCANS, SCAN), false],
    ['one more', many(MOST_SCANS + 1, SCAN), true],
    ['what looks like scans in a comment', [...comment(many(200, [0xff, 0xda])), ...SCAN], false],
    ['scans behind such a comment', [...comment(many(200, [0xff, 0xd9])), ...many(101, SCAN)], true],
    ['scans behind restarts and fill bytes', many(101, [...SCAN, 0xff, 0xd0, 1, 0xff]), true],
    ['what looks like scans behind the picture', [...SCAN, ...END, ...many(200, SCAN)], false],
    ['scans after nothing but 0xff', [...many(100_000, [0xff, 0]), ...many(101, SCAN)], true],
    ['a scan that is cut off', many(150, [0xff, 0xda]).slice(0, -1), false],
  ])('%s', (_, bytes, isTooMany) => {
    expect(hasTooManyScans(Uint8Array.from([...START, ...bytes, ...END]))).toBe(isTooMany);
  });

  it('is not said of a progressive picture', () => {
    const picture = readFileSync(new URL('../../../test/fixtures/images/progressive.jpg', import.meta.url));
    expect(hasTooManyScans(picture)).toBe(false);
  });
});
