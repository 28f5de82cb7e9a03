/*
 * Rows of components as RGB or grey: libjpeg's arithmetic (JFIF, ITU-T T.871, section 7) with 16 bits behind the point, and what TensorFlow makes of inks.
 */

/** How the components are to be read. */
export const GREY = 0;
export const YCC = 1;
export const RGB = 2;
/** Inks as Adobe's programs store them, the other way round; and as they are. */
export const INVERTED_CMYK = 3;
export const CMYK = 4;
export const YCCK = 5;

/** Times 65536. */
const RED_OF_CR = 91881;
const BLUE_OF_CB = 116130;
const GREEN_OF_CB = -22554;
const GREEN_OF_CR = -46802;
const HALF = 32768;

/** Of the four pixels of `pixels`, lanes of i32, three bytes each. */
const WITHOUT_FOURTH: v128 = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

@inline
function fourSamples(row: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(row)));
}

@inline
function held(value: v128): v128 {
  return i32x4.min_s(i32x4.max_s(value, i32x4.splat(0)), i32x4.splat(255));
}

@inline
function scaled(value: v128, factor: i32): v128 {
  return i32x4.mul(value, i32x4.splat(factor));
}

@inline
function storeFour(red: v128, green: v128, blue: v128, to: usize): void {
  const pixels = v128.or(v128.or(red, i32x4.shl(green, 8)), i32x4.shl(blue, 16));
  v128.store(to, v128.swizzle(pixels, WITHOUT_FOURTH));
}

/** Rows of samples as `width` pixels of three bytes; up to 16 bytes more are written. */
export function toRgb(reading: i32, a: usize, b: usize, c: usize, d: usize, width: i32, to: usize): void {
  switch (reading) {
    case GREY: return interleave(a, a, a, width, to);
    case RGB: return interleave(a, b, c, width, to);
    case YCC: return yccToRgb(a, b, c, width, to);
    case YCCK:
      yccToRgb(a, b, c, width, to);
      invert(to, 3 * width);
      return coverBy(d, width, to);
    default:
      interleave(a, b, c, width, to);
      if (reading == INVERTED_CMYK) return coverBy(d, width, to);
      invert(to, 3 * width);
      return coverByInverted(d, width, to);
  }
}

function interleave(a: usize, b: usize, c: usize, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x += 4) {
    storeFour(fourSamples(a + x), fourSamples(b + x), fourSamples(c + x), to + 3 * x);
  }
}

function yccToRgb(luma: usize, cb: usize, cr: usize, width: i32, to: usize): void {
  const half = i32x4.splat(HALF);
  for (let x: usize = 0; x < <usize>width; x += 4) {
    const y = fourSamples(luma + x);
    const u = i32x4.sub(fourSamples(cb + x), i32x4.splat(128));
    const v = i32x4.sub(fourSamples(cr + x), i32x4.splat(128));
    const red = i32x4.shr_s(i32x4.add(scaled(v, RED_OF_CR), half), 16);
    const blue = i32x4.shr_s(i32x4.add(scaled(u, BLUE_OF_CB), half), 16);
    const greens = i32x4.add(scaled(u, GREEN_OF_CB), scaled(v, GREEN_OF_CR));
    const green = i32x4.shr_s(i32x4.add(greens, half), 16);
    storeFour(held(i32x4.add(y, red)), held(i32x4.add(y, green)), held(i32x4.add(y, blue)), to + 3 * x);
  }
}

function invert(bytes: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>count; at++) store<u8>(bytes + at, 255 - load<u8>(bytes + at));
}

/** Colours by how much of 255 black leaves of them. */
function coverBy(left: usize, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x++) cover(to + 3 * x, <u32>load<u8>(left + x));
}

function coverByInverted(black: usize, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x++) cover(to + 3 * x, 255 - <u32>load<u8>(black + x));
}

@inline
function cover(pixel: usize, left: u32): void {
  for (let channel: usize = 0; channel < 3; channel++) {
    store<u8>(pixel + channel, <u8>((<u32>load<u8>(pixel + channel) * left) / 255));
  }
}

/** Rows of samples as `width` bytes. Inks become RGB first, at the same place. */
export function toGrey(reading: i32, a: usize, b: usize, c: usize, d: usize, width: i32, to: usize): void {
  if (reading == RGB) return greyOfRgb(a, b, c, 1, width, to);
  if (reading < RGB) return memory.copy(to, a, width);
  toRgb(reading, a, b, c, d, width, to);
  greyOfRgb(to, to + 1, to + 2, 3, width, to);
}

/** libjpeg's grey of red, green and blue, which are `step` bytes from pixel to pixel. */
function greyOfRgb(red: usize, green: usize, blue: usize, step: usize, width: i32, to: usize): void {
  for (let x: usize = 0; x < <usize>width; x++) {
    const at = x * step;
    const sum = 19595 * <u32>load<u8>(red + at) + 38470 * <u32>load<u8>(green + at) + 7471 * <u32>load<u8>(blue + at);
    store<u8>(to + x, <u8>((sum + HALF) >> 16));
  }
}
