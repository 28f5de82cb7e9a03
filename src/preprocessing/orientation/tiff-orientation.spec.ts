import { tiffOrientation } from './tiff-orientation.js';

/** A TIFF header and a directory of one entry. What Pillow reads of which type is promised in odd-pictures.spec.ts. */
function tiff(isLittle: boolean, tag: number, type: number, value: number): Uint8Array {
  const content = new DataView(new ArrayBuffer(26));
  content.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  content.setUint16(2, 42, isLittle);
  content.setUint32(4, 8, isLittle);
  content.setUint16(8, 1, isLittle);
  content.setUint16(10, tag, isLittle);
  content.setUint16(12, type, isLittle);
  content.setUint32(14, 1, isLittle);
  content.setUint16(18, value, isLittle);
  return new Uint8Array(content.buffer);
}

it.each([true, false])('the orientation is read, little-endian: %s', (isLittle) => {
  for (let value = 1; value <= 8; value += 1) {
    expect(tiffOrientation(tiff(isLittle, 274, 3, value))).toBe(value);
  }
});

it('other tags say nothing', () => {
  expect(tiffOrientation(tiff(true, 271, 3, 6))).toBeUndefined();
});

it('data that end early say nothing', () => {
  const whole = tiff(false, 274, 3, 6);
  for (let length = 0; length < 22; length += 1) {
    expect(tiffOrientation(whole.subarray(0, length))).toBeUndefined();
  }
  const far = tiff(false, 274, 3, 6);
  far.fill(255, 4, 8);
  expect(tiffOrientation(far)).toBeUndefined();
});
