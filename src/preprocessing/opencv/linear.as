/*
 * The two passes of `INTER_LINEAR`, in 128-bit vectors: AssemblyScript, compiled into linear.wasm.ts by `npm run generate:wasm`.
 *
 * Weights are whole numbers, 2048 being one. A row of the picture is scaled into a line: of each value the upper 16 bits of the
 * 20 that it has, which is all that the second pass takes of them. Lines have room for a multiple of 16 values; of all else up to
 * 16 bytes beyond what is given are read (and count nothing) and written.
 */

/** Of the bytes of two pixels, channel by channel, pairs of 16 bits. Index -1 is none, which gives 0. */
const PAIRS_OF_1: v128 = i8x16(0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
const PAIRS_OF_3: v128 = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
const PAIRS_OF_4: v128 = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);

/**
 * A row into a line of `outputs` pixels. Per output there is at `places` where in the row, in bytes, the first of its two pixels
 * is (32 bits), and at `weights` how much each counts (twice 16 bits).
 */
@inline
function across(
  channels: i32, pairs: v128, row: usize, line: usize, outputs: i32, places: usize, weights: usize,
): void {
  for (let output = 0; output < outputs; output++) {
    const pixels = v128.swizzle(v128.load64_zero(row + load<u32>(places)), pairs);
    const sum = i32x4.shr_s(i32x4.dot_i16x8_s(pixels, v128.load32_splat(weights)), 4);
    v128.store_lane<u64>(line, i16x8.narrow_i32x4_s(sum, sum), 0);
    places += 4;
    weights += 4;
    line += channels << 1;
  }
}

export function across1(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(1, PAIRS_OF_1, row, line, outputs, places, weights);
}

export function across3(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(3, PAIRS_OF_3, row, line, outputs, places, weights);
}

export function across4(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(4, PAIRS_OF_4, row, line, outputs, places, weights);
}

/** Eight values by a weight each, in 16 bits: what is left of each product without its lower 16. */
@inline
function weighed(values: v128, weight: v128): v128 {
  const low = i32x4.extmul_low_i16x8_s(values, weight);
  const high = i32x4.extmul_high_i16x8_s(values, weight);
  return v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
}

@inline
function eight(above: v128, below: v128, upper: v128, lower: v128): v128 {
  const sum = i16x8.add(weighed(above, upper), weighed(below, lower));
  return i16x8.shr_s(i16x8.add(sum, i16x8.splat(2)), 2);
}

/** `length` bytes of the result, made of two lines. `upper` and `lower` are their weights. */
export function down(above: usize, below: usize, to: usize, length: i32, upper: i32, lower: i32): void {
  const u = i16x8.splat(<i16>upper);
  const l = i16x8.splat(<i16>lower);
  for (let at = 0; at < length; at += 16) {
    const first = eight(v128.load(above), v128.load(below), u, l);
    const second = eight(v128.load(above, 16), v128.load(below, 16), u, l);
    v128.store(to + <usize>at, i8x16.narrow_i16x8_u(first, second));
    above += 32;
    below += 32;
  }
}
