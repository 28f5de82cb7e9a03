/*
 * Rows of components as RGB or grey: libjpeg's arithmetic (JFIF, ITU-T T.871, section 7) with 16 bits behind the point, and what TensorFlow and Pillow
 * make of inks: TensorFlow cuts fractions off.
 */

/** How the components are to be read. */
export const GREY = 0;
export const YCC = 1;
export const RGB = 2;
/** Inks as Adobe's programs store them, the other way round; and as they are. */
export const INVERTED_CMYK = 3;
export const CMYK = 4;
export const YCCK = 5;
/** As Pillow has them, which takes them to be inverted and rounds. */
export const ROUNDED_CMYK = 6;
export const ROUNDED_YCCK = 7;

/**
 * Of 65536ths, less the whole ones, 1.402 and 2 times nothing; 1.772 - 2; -0.344136 and 1 - 0.714136; a half. In memory, from where a vector is read
 * at once.
 */
const FACTORS = memory.data<i16>([
  26345, 0, 26345, 0, 26345, 0, 26345, 0,
  -14942, 0, -14942, 0, -14942, 0, -14942, 0,
  -22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734,
  -32768, 0, -32768, 0, -32768, 0, -32768, 0,
], 16);
const RED: usize = 0;
const BLUE: usize = 16;
const GREEN: usize = 32;
const HALF: usize = 48;

/** Of four pixels of four bytes, three. */
const WITHOUT_FOURTH: v128 = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

/** Eight samples as i16. */
@inline
function eightSamples(row: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load64_zero(row));
}

/** Of eight lanes, `a` and `b` by their factors, rounded to whole ones. */
@inline
function weighed(a: v128, b: v128, factors: usize): v128 {
  const by = v128.load(FACTORS + factors);
  const half = v128.load(FACTORS + HALF);
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), by);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), by);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 16), i32x4.shr_s(i32x4.add(high, half), 16));
}

/** Eight pixels of three bytes. */
@inline
function storeEight(red: v128, green: v128, blue: v128, to: usize): void {
  const zero = i16x8.splat(0);
  const redGreen = v128.shuffle<i8>(
    i8x16.narrow_i16x8_u(red, zero), i8x16.narrow_i16x8_u(green, zero),
    0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
  const blues = v128.shuffle<i8>(
    i8x16.narrow_i16x8_u(blue, zero), zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
  const first = v128.shuffle<i16>(redGreen, blues, 0, 8, 1, 9, 2, 10, 3, 11);
  const second = v128.shuffle<i16>(redGreen, blues, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store(to, v128.swizzle(first, WITHOUT_FOURTH));
  v128.store(to, v128.swizzle(second, WITHOUT_FOURTH), 12);
}

/** Rows of samples as `width` pixels of three bytes; up to 25 bytes more are written. */
export function toRgb(reading: i32, a: usize, b: usize, c: usize, d: usize, width: i32, to: usize): void {
  switch (reading) {
    case GREY: return interleave(a, a, a, width, to);
    case RGB: return interleave(a, b, c, width, to);
    case YCC: return yccToRgb(a, b, c, width, to);
    case YCCK: case ROUNDED_YCCK:
      yccToRgb(a, b, c, width, to);
      invert(to, 3 * width);
      return cover(d, 0, reading == ROUNDED_YCCK, width, to);
    case CMYK:
      interleave(a, b, c, width, to);
      invert(to, 3 * width);
      return cover(d, 255, false, width, to);
    default:
      interleave(a, b, c, width, to);
      return cover(d, 0, reading == ROUNDED_CMYK, width, to);
  }
}

function interleave(a: usize, b: usize, c: usize, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    storeEight(eightSamples(a + x), eightSamples(b + x), eightSamples(c + x), to + 3 * x);
  }
}

function yccToRgb(luma: usize, cb: usize, cr: usize, width: i32, to: usize): void {
  const zero = i16x8.splat(0);
  for (let x: usize = 0; x < <usize>width; x += 8) {
    const y = eightSamples(luma + x);
    const u = i16x8.sub(eightSamples(cb + x), i16x8.splat(128));
    const v = i16x8.sub(eightSamples(cr + x), i16x8.splat(128));
    const red = i16x8.add(i16x8.add(y, v), weighed(v, zero, RED));
    const green = i16x8.add(i16x8.sub(y, v), weighed(u, v, GREEN));
    const blue = i16x8.add(i16x8.add(y, i16x8.shl(u, 1)), weighed(u, zero, BLUE));
    storeEight(red, green, blue, to + 3 * x);
  }
}

function invert(bytes: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>count; at++) store<u8>(bytes + at, 255 - load<u8>(bytes + at));
}

/** Colours by how much of 255 black leaves of them; `inverted` is 255 where `black` says how much it takes. */
function cover(black: usize, inverted: u32, isRounded: bool, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x++) {
    const left = <u32>load<u8>(black + x) ^ inverted;
    for (let channel: usize = 0; channel < 3; channel++) {
      const place = to + 3 * x + channel;
      const colour = <u32>load<u8>(place);
      // Pillow rounds what the ink takes, TensorFlow what is left.
      store<u8>(place, <u8>(isRounded ? left - roundedProduct(255 - colour, left) : (colour * left) / 255));
    }
  }
}

/** Of 255ths. */
@inline
function roundedProduct(a: u32, b: u32): u32 {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** The luma of rows of samples, `width` bytes, where it is stored, else the grey of their RGB. */
export function toLuma(reading: i32, a: usize, b: usize, c: usize, d: usize, width: i32, to: usize): void {
  if (reading == YCC) return memory.copy(to, a, width);
  toGrey(reading, a, b, c, d, width, to);
}

/** Rows of samples as the grey of their RGB, `width` bytes, where three times as many are written. */
export function toGrey(reading: i32, a: usize, b: usize, c: usize, d: usize, width: i32, to: usize): void {
  if (reading == GREY) return memory.copy(to, a, width);
  toRgb(reading, a, b, c, d, width, to);
  for (let x: usize = 0; x < <usize>width; x++) {
    const pixel = to + 3 * x;
    const sum = 19595 * <u32>load<u8>(pixel) + 38470 * <u32>load<u8>(pixel, 1) + 7471 * <u32>load<u8>(pixel, 2);
    store<u8>(to + x, <u8>((sum + 32768) >> 16));
  }
}
