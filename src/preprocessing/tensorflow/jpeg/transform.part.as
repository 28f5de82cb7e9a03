/*
 * From the coefficients of a block to 8 times 8 samples: the inverse cosine transform of Arai, Agui and Nakajima in 16 bits, as libjpeg-turbo computes it
 * for JDCT_IFAST on x86-64, overflows included: sums wrap, products lose 8 bits behind the point without rounding, the result is held
 * within 0 to 255.
 */

/** Multiplied by 256: the square root of 2, and the cosines and sines of 22.5 degrees in what is made of them. */
const R_1_414: i16 = 362;
const R_1_848: i16 = 473;
const R_1_082: i16 = 277;
/** 2.613 without its 2 ... 1: the product would not fit, so the number itself is taken off once more. */
const R_1_613: i16 = 413;

@inline
function times(value: v128, factor: i16): v128 {
  const shifted = i16x8.shl(value, 2);
  const by = i16x8.splat(factor);
  const low = i32x4.shr_s(i32x4.extmul_low_i16x8_s(shifted, by), 10);
  const high = i32x4.shr_s(i32x4.extmul_high_i16x8_s(shifted, by), 10);
  return i16x8.narrow_i32x4_s(low, high);
}

let r0: v128 = i16x8.splat(0);
let r1: v128 = i16x8.splat(0);
let r2: v128 = i16x8.splat(0);
let r3: v128 = i16x8.splat(0);
let r4: v128 = i16x8.splat(0);
let r5: v128 = i16x8.splat(0);
let r6: v128 = i16x8.splat(0);
let r7: v128 = i16x8.splat(0);

/** In one direction, eight lines at once: `r0` to `r7` are the eight places of a line. */
@inline
function once(): void {
  let a = i16x8.add(r0, r4);
  let b = i16x8.sub(r0, r4);
  let c = i16x8.add(r2, r6);
  let d = i16x8.sub(times(i16x8.sub(r2, r6), R_1_414), c);
  const even0 = i16x8.add(a, c);
  const even3 = i16x8.sub(a, c);
  const even1 = i16x8.add(b, d);
  const even2 = i16x8.sub(b, d);

  const z13 = i16x8.add(r5, r3);
  const z10 = i16x8.sub(r5, r3);
  const z11 = i16x8.add(r1, r7);
  const z12 = i16x8.sub(r1, r7);
  const odd0 = i16x8.add(z11, z13);
  const z5 = times(i16x8.add(z10, z12), R_1_848);
  a = i16x8.sub(times(z12, R_1_082), z5);
  b = times(i16x8.sub(z11, z13), R_1_414);
  c = i16x8.add(i16x8.sub(times(z10, -R_1_613), z10), z5);
  const odd1 = i16x8.sub(c, odd0);
  const odd2 = i16x8.sub(b, odd1);
  const odd3 = i16x8.add(a, odd2);

  r0 = i16x8.add(even0, odd0);
  r7 = i16x8.sub(even0, odd0);
  r1 = i16x8.add(even1, odd1);
  r6 = i16x8.sub(even1, odd1);
  r2 = i16x8.add(even2, odd2);
  r5 = i16x8.sub(even2, odd2);
  r4 = i16x8.add(even3, odd3);
  r3 = i16x8.sub(even3, odd3);
}

@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Rows become columns: three rounds of interleaving each line with the one four further. */
@inline
function transpose(): void {
  for (let round = 0; round < 3; round++) {
    const a = low16(r0, r4), b = high16(r0, r4);
    const c = low16(r1, r5), d = high16(r1, r5);
    const e = low16(r2, r6), f = high16(r2, r6);
    const g = low16(r3, r7), h = high16(r3, r7);
    r0 = a; r1 = b; r2 = c; r3 = d; r4 = e; r5 = f; r6 = g; r7 = h;
  }
}

@inline
function scaled(block: usize, factors: usize, row: usize): v128 {
  return i16x8.mul(v128.load(block + (row << 4)), v128.load(factors + (row << 4)));
}

@inline
function storeRow(value: v128, to: usize): void {
  const byte = i8x16.narrow_i16x8_s(i16x8.shr_s(value, 5), value);
  v128.store64_lane(to, v128.xor(byte, i8x16.splat(-128)), 0);
}

/**
 * One block.
 * @param factors what each coefficient is multiplied by, 64 times i16
 * @param to the first sample, u8, whose rows are `stride` bytes apart
 */
export function transform(block: usize, factors: usize, to: usize, stride: usize): void {
  r0 = scaled(block, factors, 0);
  r1 = scaled(block, factors, 1);
  r2 = scaled(block, factors, 2);
  r3 = scaled(block, factors, 3);
  r4 = scaled(block, factors, 4);
  r5 = scaled(block, factors, 5);
  r6 = scaled(block, factors, 6);
  r7 = scaled(block, factors, 7);
  once();
  transpose();
  once();
  transpose();
  storeRow(r0, to);
  storeRow(r1, to + stride);
  storeRow(r2, to + 2 * stride);
  storeRow(r3, to + 3 * stride);
  storeRow(r4, to + 4 * stride);
  storeRow(r5, to + 5 * stride);
  storeRow(r6, to + 6 * stride);
  storeRow(r7, to + 7 * stride);
}
