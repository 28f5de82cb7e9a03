/*
 * The two passes of a resampling, in 128-bit vectors: AssemblyScript, compiled into resample.wasm.ts by `npm run generate:wasm`.
 *
 * A weight has 22 bits behind the point and is given as two halves of 16 bits, `high * 4096 + low`: so one instruction multiplies
 * eight bytes by their weights and adds the products in pairs. Sums are rounded and held within 0 to 255.
 *
 * Per output there is `first`, the input that it begins at, `count`, how many inputs it takes (even), and `stride` weights, of
 * which it uses `count`. Up to 16 bytes beyond the inputs are read (and count nothing), and up to 16 beyond the outputs written.
 */

/** Of the bytes of two pixels, channel by channel, pairs of 16 bits. Index -1 is none, which gives 0. */
const PAIRS_OF_1: v128 = i8x16(0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const PAIRS_OF_3: v128 = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
const PAIRS_OF_4: v128 = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);

@inline
function total(high: v128, low: v128): v128 {
  const sum = i32x4.add(i32x4.add(i32x4.shl(high, 12), low), i32x4.splat(1 << 21));
  return i32x4.shr_s(sum, 22);
}

/** Each row on its own: pixels made of the row's pixels. Four rows at a time share the reading of weights. */
@inline
function across(
  channels: i32, pairs: v128, from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, lows: usize, highs: usize, stride: i32,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const a = from + <usize>row * fromStride;
    const b = a + fromStride;
    const c = b + fromStride;
    const d = c + fromStride;
    let target = to + <usize>row * toStride;
    for (let output = 0; output < outputs; output++) {
      let offset = <usize>(load<i32>(firsts + (<usize>output << 2)) * channels);
      const count = load<i32>(counts + (<usize>output << 2));
      let low = lows + (<usize>(output * stride) << 1);
      let high = highs + (<usize>(output * stride) << 1);
      let aLow = i32x4.splat(0), aHigh = i32x4.splat(0);
      let bLow = i32x4.splat(0), bHigh = i32x4.splat(0);
      let cLow = i32x4.splat(0), cHigh = i32x4.splat(0);
      let dLow = i32x4.splat(0), dHigh = i32x4.splat(0);
      for (let tap = 0; tap < count; tap += 2) {
        const l = v128.load32_splat(low);
        const h = v128.load32_splat(high);
        let pixels = v128.swizzle(v128.load64_zero(a + offset), pairs);
        aLow = i32x4.add(aLow, i32x4.dot_i16x8_s(pixels, l));
        aHigh = i32x4.add(aHigh, i32x4.dot_i16x8_s(pixels, h));
        pixels = v128.swizzle(v128.load64_zero(b + offset), pairs);
        bLow = i32x4.add(bLow, i32x4.dot_i16x8_s(pixels, l));
        bHigh = i32x4.add(bHigh, i32x4.dot_i16x8_s(pixels, h));
        pixels = v128.swizzle(v128.load64_zero(c + offset), pairs);
        cLow = i32x4.add(cLow, i32x4.dot_i16x8_s(pixels, l));
        cHigh = i32x4.add(cHigh, i32x4.dot_i16x8_s(pixels, h));
        pixels = v128.swizzle(v128.load64_zero(d + offset), pairs);
        dLow = i32x4.add(dLow, i32x4.dot_i16x8_s(pixels, l));
        dHigh = i32x4.add(dHigh, i32x4.dot_i16x8_s(pixels, h));
        offset += <usize>(channels << 1);
        low += 4;
        high += 4;
      }
      const ab = i16x8.narrow_i32x4_s(total(aHigh, aLow), total(bHigh, bLow));
      const cd = i16x8.narrow_i32x4_s(total(cHigh, cLow), total(dHigh, dLow));
      const bytes = i8x16.narrow_i16x8_u(ab, cd);
      v128.store_lane<u32>(target, bytes, 0);
      v128.store_lane<u32>(target + toStride, bytes, 1);
      v128.store_lane<u32>(target + 2 * toStride, bytes, 2);
      v128.store_lane<u32>(target + 3 * toStride, bytes, 3);
      target += channels;
    }
  }
  for (; row < rows; row++) {
    const source = from + <usize>row * fromStride;
    let target = to + <usize>row * toStride;
    for (let output = 0; output < outputs; output++) {
      let offset = <usize>(load<i32>(firsts + (<usize>output << 2)) * channels);
      const count = load<i32>(counts + (<usize>output << 2));
      let low = lows + (<usize>(output * stride) << 1);
      let high = highs + (<usize>(output * stride) << 1);
      let sumLow = i32x4.splat(0), sumHigh = i32x4.splat(0);
      for (let tap = 0; tap < count; tap += 2) {
        const pixels = v128.swizzle(v128.load64_zero(source + offset), pairs);
        sumLow = i32x4.add(sumLow, i32x4.dot_i16x8_s(pixels, v128.load32_splat(low)));
        sumHigh = i32x4.add(sumHigh, i32x4.dot_i16x8_s(pixels, v128.load32_splat(high)));
        offset += <usize>(channels << 1);
        low += 4;
        high += 4;
      }
      const sum = total(sumHigh, sumLow);
      const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(sum, sum), sum);
      v128.store_lane<u32>(target, bytes, 0);
      target += channels;
    }
  }
}

export function across1(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, lows: usize, highs: usize, stride: i32,
): void {
  across(1, PAIRS_OF_1, from, fromStride, to, toStride, rows, outputs, firsts, counts, lows, highs, stride);
}

export function across3(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, lows: usize, highs: usize, stride: i32,
): void {
  across(3, PAIRS_OF_3, from, fromStride, to, toStride, rows, outputs, firsts, counts, lows, highs, stride);
}

export function across4(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, lows: usize, highs: usize, stride: i32,
): void {
  across(4, PAIRS_OF_4, from, fromStride, to, toStride, rows, outputs, firsts, counts, lows, highs, stride);
}

/** Rows of `length` bytes, one behind the other, each made of rows of `from`. */
export function down(
  from: usize, fromStride: usize, to: usize, length: i32,
  outputs: i32, firsts: usize, counts: usize, lows: usize, highs: usize, stride: i32,
): void {
  for (let output = 0; output < outputs; output++) {
    const start = from + <usize>load<i32>(firsts + (<usize>output << 2)) * fromStride;
    const count = load<i32>(counts + (<usize>output << 2));
    const lowest = lows + (<usize>(output * stride) << 1);
    const highest = highs + (<usize>(output * stride) << 1);
    const target = to + <usize>output * <usize>length;
    for (let at = 0; at < length; at += 16) {
      let low0 = i32x4.splat(0), low1 = i32x4.splat(0), low2 = i32x4.splat(0), low3 = i32x4.splat(0);
      let high0 = i32x4.splat(0), high1 = i32x4.splat(0), high2 = i32x4.splat(0), high3 = i32x4.splat(0);
      let source = start + <usize>at;
      let low = lowest;
      let high = highest;
      for (let tap = 0; tap < count; tap += 2) {
        const l = v128.load32_splat(low);
        const h = v128.load32_splat(high);
        const above = v128.load(source);
        const below = v128.load(source + fromStride);
        const left = v128.shuffle<i8>(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = v128.shuffle<i8>(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        let pixels = i16x8.extend_low_i8x16_u(left);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pixels, l));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pixels, h));
        pixels = i16x8.extend_high_i8x16_u(left);
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pixels, l));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pixels, h));
        pixels = i16x8.extend_low_i8x16_u(right);
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pixels, l));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pixels, h));
        pixels = i16x8.extend_high_i8x16_u(right);
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pixels, l));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pixels, h));
        source += 2 * fromStride;
        low += 4;
        high += 4;
      }
      const left = i16x8.narrow_i32x4_s(total(high0, low0), total(high1, low1));
      const right = i16x8.narrow_i32x4_s(total(high2, low2), total(high3, low3));
      v128.store(target + <usize>at, i8x16.narrow_i16x8_u(left, right));
    }
  }
}
