import { orientationOf } from './exif.js';

/** `Exif`, a TIFF header and a directory of one entry. */
function exif(isLittle: boolean, tag: number, type: number, value: number): DataView {
  const content = new DataView(new ArrayBuffer(32));
  for (const [at, letter] of [...'Exif'].entries()) content.setUint8(at, letter.charCodeAt(0));
  content.setUint16(6, isLittle ? 0x4949 : 0x4d4d);
  content.setUint16(8, 42, isLittle);
  content.setUint32(10, 8, isLittle);
  content.setUint16(14, 1, isLittle);
  content.setUint16(16, tag, isLittle);
  content.setUint16(18, type, isLittle);
  content.setUint32(20, 1, isLittle);
  content.setUint16(24, value, isLittle);
  return content;
}

it.each([true, false])('the orientation is read, little-endian: %s', (isLittle) => {
  for (let value = 1; value <= 8; value += 1) {
    expect(orientationOf(exif(isLittle, 274, 3, value))).toBe(value);
  }
});

it('what is no orientation is upright', () => {
  expect(orientationOf(exif(true, 274, 3, 0))).toBe(1);
  expect(orientationOf(exif(true, 274, 3, 9))).toBe(1);
  expect(orientationOf(exif(true, 274, 4, 6))).toBe(1);
  expect(orientationOf(exif(true, 271, 3, 6))).toBe(1);
});

it('data that end early are upright', () => {
  const whole = exif(false, 274, 3, 6);
  for (let length = 6; length < 26; length += 1) {
    expect(orientationOf(new DataView(whole.buffer, 0, length))).toBe(1);
  }
  const far = exif(false, 274, 3, 6);
  far.setUint32(10, 0xffff_ffff);
  expect(orientationOf(far)).toBe(1);
});
