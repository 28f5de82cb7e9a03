import { readFileSync } from 'node:fs';
import { isReadable, sniffFormat } from './picture-format.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/images/${name}`, import.meta.url));
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('the format of a picture', () => {
  it.each([
    ['red.jpg', 'JPEG'],
    ['progressive.jpg', 'JPEG'],
    ['red.png', 'PNG'],
    ['red.webp', 'WebP'],
    ['animated.webp', 'WebP'],
    ['still.gif', 'GIF'],
    ['still.bmp', 'BMP'],
    ['still.tiff', 'TIFF'],
  ] as const)('is told by content and can be read: %s', (name, format) => {
    expect(sniffFormat(fixture(name))).toBe(format);
    expect(isReadable(format)).toBe(true);
  });

  it.each([
    ['drawing.svg', 'SVG'],
    ['page.pdf', 'PDF'],
  ] as const)('is named when it is refused: %s', (name, format) => {
    expect(sniffFormat(fixture(name))).toBe(format);
    expect(isReadable(format)).toBe(false);
  });

  it.each([
    ['MM\0*\0\0\0\x08', 'TIFF'],
    ['\0\0\0\x20ftypheic', 'HEIC'],
    ['\0\0\0\x20ftypmif1\0\0\0\0mif1heic', 'HEIC'],
    ['\0\0\0\x20ftypmif1\0\0\0\0mif1avif', 'AVIF'],
    ['\0\0\0\x20ftypavif', 'AVIF'],
    ['MM\0+\0\x08\0\0', 'TIFF'],
    ['\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="">', 'SVG'],
  ])('is recognised by its first bytes: %j', (start, format) => {
    expect(sniffFormat(bytes(start))).toBe(format);
  });

  it.each([
    '',
    'This is no picture.',
    '<html><svg></svg>',
    'RIFF\0\0\0\0WAVE',
    'abcdefghWEBP',
    '\xff\xd8',
    'BMW drives well, they say.',
    '\0\0\0\x14ftypisom\0\0\0\0mp41',
  ])('is unknown for %j', (start) => {
    expect(sniffFormat(bytes(start))).toBeUndefined();
  });

  it('is told of a view into a larger buffer', () => {
    const inner = bytes('xxGIF89axx').subarray(2, 8);
    expect(sniffFormat(inner)).toBe('GIF');
  });
});
