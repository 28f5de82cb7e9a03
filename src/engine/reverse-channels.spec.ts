import { reverseChannels } from './reverse-channels.js';

describe('channels in reverse order', () => {
  const pixels = (count: number): Uint8Array =>
    Uint8Array.from({ length: 3 * count }, (_, at) => (at * 89 + 7) % 256);
  const oneByOne = (rgb: Uint8Array): Uint8Array => rgb.map((_, at) => rgb[at - (at % 3) + 2 - (at % 3)]!);

  it.each([0, 1, 3, 4, 5, 8, 50_176])('are those of each of %i pixels', (count) => {
    expect(reverseChannels(pixels(count))).toEqual(oneByOne(pixels(count)));
  });

  it.each([1, 2, 3, 4])(
    'are those of pixels that begin %i bytes into a buffer, which stays as it is',
    (offset) => {
      const buffer = Uint8Array.of(...new Uint8Array(offset), ...pixels(9), 99);
      const before = buffer.slice();
      expect(reverseChannels(buffer.subarray(offset, -1))).toEqual(oneByOne(pixels(9)));
      expect(buffer).toEqual(before);
    },
  );
});
