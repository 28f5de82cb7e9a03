/*
 * The two passes of a resampling, in 128-bit vectors: AssemblyScript, compiled into resize.wasm.ts by `npm run generate:wasm`.
 *
 * Weights and sums are float64; what a pass gives is rounded to float32. Per output there is `first`, the input that it begins at,
 * `count`, how many inputs it takes, and `stride` weights, a multiple of 4: `count` of them, and zeros. Up to 16 bytes beyond the
 * inputs are read (and count nothing), and up to 28 beyond the outputs written.
 */

/** Of four bytes, the first two and the last two, each as 32 bits. Index -1 is none, which gives 0, and at no cost. */
const FIRST_TWO: v128 = i8x16(0, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const LAST_TWO: v128 = i8x16(2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);

@inline
function float64(bytes: v128, which: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.swizzle(bytes, which));
}

/** Four sums as float32. */
@inline
function rounded(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/**
 * Each row on its own: pixels made of the row's pixels. Two rows at a time share the reading of weights; of an odd number, the last
 * one is done twice.
 */
@inline
function across(
  channels: i32, from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, weights: usize, stride: i32,
): void {
  for (let row = 0; row < rows; row += 2) {
    const second = min(row + 1, rows - 1);
    const a = from + <usize>row * fromStride;
    const b = from + <usize>second * fromStride;
    let aTarget = to + <usize>row * toStride;
    let bTarget = to + <usize>second * toStride;
    for (let output = 0; output < outputs; output++) {
      let offset = <usize>(load<i32>(firsts + (<usize>output << 2)) * channels);
      const count = load<i32>(counts + (<usize>output << 2));
      let at = weights + (<usize>(output * stride) << 3);
      const end = at + (<usize>count << 3);
      let aLow = f64x2.splat(0), aHigh = f64x2.splat(0);
      let bLow = f64x2.splat(0), bHigh = f64x2.splat(0);
      for (; at < end; at += 8) {
        const weight = v128.load64_splat(at);
        let bytes = v128.load32_zero(a + offset);
        aLow = f64x2.add(aLow, f64x2.mul(float64(bytes, FIRST_TWO), weight));
        aHigh = f64x2.add(aHigh, f64x2.mul(float64(bytes, LAST_TWO), weight));
        bytes = v128.load32_zero(b + offset);
        bLow = f64x2.add(bLow, f64x2.mul(float64(bytes, FIRST_TWO), weight));
        bHigh = f64x2.add(bHigh, f64x2.mul(float64(bytes, LAST_TWO), weight));
        offset += <usize>channels;
      }
      v128.store(aTarget, rounded(aLow, aHigh));
      v128.store(bTarget, rounded(bLow, bHigh));
      aTarget += <usize>channels << 2;
      bTarget += <usize>channels << 2;
    }
  }
}

export function across3(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, weights: usize, stride: i32,
): void {
  across(3, from, fromStride, to, toStride, rows, outputs, firsts, counts, weights, stride);
}

export function across4(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, weights: usize, stride: i32,
): void {
  across(4, from, fromStride, to, toStride, rows, outputs, firsts, counts, weights, stride);
}

/** Of pictures of one channel: four pixels of the row at a time. */
export function across1(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32,
  outputs: i32, firsts: usize, counts: usize, weights: usize, stride: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const line = from + <usize>row * fromStride;
    let target = to + <usize>row * toStride;
    for (let output = 0; output < outputs; output++) {
      let source = line + <usize>load<i32>(firsts + (<usize>output << 2));
      const end = source + <usize>load<i32>(counts + (<usize>output << 2));
      let at = weights + (<usize>(output * stride) << 3);
      let low = f64x2.splat(0), high = f64x2.splat(0);
      for (; source < end; source += 4) {
        const bytes = v128.load32_zero(source);
        low = f64x2.add(low, f64x2.mul(float64(bytes, FIRST_TWO), v128.load(at)));
        high = f64x2.add(high, f64x2.mul(float64(bytes, LAST_TWO), v128.load(at, 16)));
        at += 32;
      }
      const sum = f64x2.add(low, high);
      store<f32>(target, <f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
      target += 4;
    }
  }
}

/** Rows of `length` float32 values, one behind the other, each made of rows of `from`. */
export function down(
  from: usize, fromStride: usize, to: usize, length: i32,
  outputs: i32, firsts: usize, counts: usize, weights: usize, stride: i32,
): void {
  for (let output = 0; output < outputs; output++) {
    const start = from + <usize>load<i32>(firsts + (<usize>output << 2)) * fromStride;
    const count = load<i32>(counts + (<usize>output << 2));
    const begin = weights + (<usize>(output * stride) << 3);
    const end = begin + (<usize>count << 3);
    const target = to + ((<usize>output * <usize>length) << 2);
    for (let value = 0; value < length; value += 8) {
      let sum0 = f64x2.splat(0), sum1 = f64x2.splat(0), sum2 = f64x2.splat(0), sum3 = f64x2.splat(0);
      let source = start + (<usize>value << 2);
      for (let at = begin; at < end; at += 8) {
        const weight = v128.load64_splat(at);
        sum0 = f64x2.add(sum0, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(source)), weight));
        sum1 = f64x2.add(sum1, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(source, 8)), weight));
        sum2 = f64x2.add(sum2, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(source, 16)), weight));
        sum3 = f64x2.add(sum3, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(source, 24)), weight));
        source += fromStride;
      }
      v128.store(target + (<usize>value << 2), rounded(sum0, sum1));
      v128.store(target + (<usize>value << 2), rounded(sum2, sum3), 16);
    }
  }
}
