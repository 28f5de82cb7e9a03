/*
 * From the coefficients of a block to 8 times 8 samples: inverse cosine transforms as libjpeg-turbo's vectors for x86-64 compute them, overflows included.
 * Each goes twice over eight lines at once, whose eight places are in `r0` to `r7`: columns, then, transposed, rows.
 */

@inline
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

@inline
function scaled(block: usize, factors: usize, row: usize): v128 {
  return i16x8.mul(v128.load(block + (row << 4)), v128.load(factors + (row << 4)));
}

/** Eight samples, which are less by 128. */
@inline
function storeRow(value: v128, to: usize): void {
  const bytes = i8x16.narrow_i16x8_s(value, value);
  v128.store64_lane(to, v128.xor(bytes, i8x16.splat(-128)), 0);
}

/**
 * One block.
 * @param isFast by which transform: JDCT_IFAST or JDCT_ISLOW
 * @param factors what each coefficient is multiplied by, 64 times i16; of the fast one the scales of its lines are in them
 * @param to the first sample, u8, whose rows are `stride` bytes apart
 */
export function transform(isFast: bool, block: usize, factors: usize, to: usize, stride: usize): void {
  if (isFlat(block)) flat(isFast, block, factors, to, stride);
  else if (isFast) fast(block, factors, to, stride);
  else accurate(block, factors, to, stride);
}

/** Whether all coefficients but the first are 0. */
@inline
function isFlat(block: usize): bool {
  let others = i16x8.replace_lane(v128.load(block), 0, 0);
  for (let row = 16; row < 128; row += 16) others = v128.or(others, v128.load(block + row));
  return !v128.any_true(others);
}

/** What both transforms make of the first coefficient alone. */
function flat(isFast: bool, block: usize, factors: usize, to: usize, stride: usize): void {
  const first = i16x8.splat(load<i16>(block) * load<i16>(factors));
  const value = isFast ? i16x8.shr_s(first, 5) : i16x8.shr_s(i16x8.add_sat_s(i16x8.shl(first, 2), i16x8.splat(16)), 5);
  for (let row = 0; row < 8; row++) {
    storeRow(value, to);
    to += stride;
  }
}

/** Multiplied by 256: the square root of 2, and the cosines and sines of 22.5 degrees in what is made of them. */
const R_1_414: i16 = 362;
const R_1_848: i16 = 473;
const R_1_082: i16 = 277;
/** 2.613 less 1: its product would not fit, so the number itself is taken off once more. */
const R_1_613: i16 = 413;

@inline
function times(value: v128, factor: i16): v128 {
  const shifted = i16x8.shl(value, 2);
  const by = i16x8.splat(factor);
  const low = i32x4.shr_s(i32x4.extmul_low_i16x8_s(shifted, by), 10);
  const high = i32x4.shr_s(i32x4.extmul_high_i16x8_s(shifted, by), 10);
  return i16x8.narrow_i32x4_s(low, high);
}

/** JDCT_IFAST, of Arai, Agui and Nakajima, in 16 bits: sums wrap, products lose 8 bits behind the point without rounding. */
function fast(block: usize, factors: usize, to: usize, stride: usize): void {
  let r0 = scaled(block, factors, 0);
  let r1 = scaled(block, factors, 1);
  let r2 = scaled(block, factors, 2);
  let r3 = scaled(block, factors, 3);
  let r4 = scaled(block, factors, 4);
  let r5 = scaled(block, factors, 5);
  let r6 = scaled(block, factors, 6);
  let r7 = scaled(block, factors, 7);
  for (let pass = 0; pass < 2; pass++) {
    const a0 = i16x8.add(r0, r4);
    const a1 = i16x8.sub(r0, r4);
    const a3 = i16x8.add(r2, r6);
    const a2 = i16x8.sub(times(i16x8.sub(r2, r6), R_1_414), a3);
    const even0 = i16x8.add(a0, a3);
    const even3 = i16x8.sub(a0, a3);
    const even1 = i16x8.add(a1, a2);
    const even2 = i16x8.sub(a1, a2);

    const z13 = i16x8.add(r5, r3);
    const z10 = i16x8.sub(r5, r3);
    const z11 = i16x8.add(r1, r7);
    const z12 = i16x8.sub(r1, r7);
    const z5 = times(i16x8.add(z10, z12), R_1_848);
    const odd0 = i16x8.add(z11, z13);
    const odd1 = i16x8.sub(i16x8.add(i16x8.sub(times(z10, -R_1_613), z10), z5), odd0);
    const odd2 = i16x8.sub(times(i16x8.sub(z11, z13), R_1_414), odd1);
    const odd3 = i16x8.add(i16x8.sub(times(z12, R_1_082), z5), odd2);

    r0 = i16x8.add(even0, odd0);
    r7 = i16x8.sub(even0, odd0);
    r1 = i16x8.add(even1, odd1);
    r6 = i16x8.sub(even1, odd1);
    r2 = i16x8.add(even2, odd2);
    r5 = i16x8.sub(even2, odd2);
    r4 = i16x8.add(even3, odd3);
    r3 = i16x8.sub(even3, odd3);
    // Three rounds of interleaving each line with the one four further turn rows into columns.
    for (let round = 0; round < 3; round++) {
      const a = low16(r0, r4), b = high16(r0, r4);
      const c = low16(r1, r5), d = high16(r1, r5);
      const e = low16(r2, r6), f = high16(r2, r6);
      const g = low16(r3, r7), h = high16(r3, r7);
      r0 = a; r1 = b; r2 = c; r3 = d; r4 = e; r5 = f; r6 = g; r7 = h;
    }
  }
  storeRow(i16x8.shr_s(r0, 5), to);
  storeRow(i16x8.shr_s(r1, 5), to + stride);
  storeRow(i16x8.shr_s(r2, 5), to + 2 * stride);
  storeRow(i16x8.shr_s(r3, 5), to + 3 * stride);
  storeRow(i16x8.shr_s(r4, 5), to + 4 * stride);
  storeRow(i16x8.shr_s(r5, 5), to + 5 * stride);
  storeRow(i16x8.shr_s(r6, 5), to + 6 * stride);
  storeRow(i16x8.shr_s(r7, 5), to + 7 * stride);
}

/**
 * Pairs of factors of JDCT_ISLOW, multiplied by 8192: sums and differences of 0.298631336, 0.390180644, 0.541196100, 0.765366865, 0.899976223, 1.175875602,
 * 1.501321110, 1.847759065, 1.961570560, 2.053119869, 2.562915447 and 3.072711026. In memory, from where a vector is read at once.
 */
const PAIRS = memory.data<i16>([
  10703, 4433, 10703, 4433, 10703, 4433, 10703, 4433,
  4433, -10704, 4433, -10704, 4433, -10704, 4433, -10704,
  -6436, 9633, -6436, 9633, -6436, 9633, -6436, 9633,
  9633, 6437, 9633, 6437, 9633, 6437, 9633, 6437,
  -4927, -7373, -4927, -7373, -4927, -7373, -4927, -7373,
  -7373, 4926, -7373, 4926, -7373, 4926, -7373, 4926,
  -4176, -20995, -4176, -20995, -4176, -20995, -4176, -20995,
  -20995, 4177, -20995, 4177, -20995, 4177, -20995, 4177,
], 16);

/** Of lanes that are interleaved, the first and the second by a pair of factors. */
@inline
function weighed(lanes: v128, pair: usize): v128 {
  return i32x4.dot_i16x8_s(lanes, v128.load(PAIRS + (pair << 4)));
}

/** With 13 bits behind the point. */
@inline
function widenedLow(value: v128): v128 {
  return i32x4.shl(i32x4.extend_low_i16x8_s(value), 13);
}

@inline
function widenedHigh(value: v128): v128 {
  return i32x4.shl(i32x4.extend_high_i16x8_s(value), 13);
}

@inline
function rounded(low: v128, high: v128, half: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), shift), i32x4.shr_s(i32x4.add(high, half), shift));
}

/** Whether all coefficients below the first row are 0. */
@inline
function isOfTopRow(block: usize): bool {
  let others = v128.load(block, 16);
  for (let row = 32; row < 128; row += 16) others = v128.or(others, v128.load(block + row));
  return !v128.any_true(others);
}

/** JDCT_ISLOW, of Loeffler, Ligtenberg and Moschytz: sums of products in 32 bits, 13 of them behind the point, of which two are kept for the rows. */
function accurate(block: usize, factors: usize, to: usize, stride: usize): void {
  let r0 = scaled(block, factors, 0);
  let r1 = scaled(block, factors, 1);
  let r2 = scaled(block, factors, 2);
  let r3 = scaled(block, factors, 3);
  let r4 = scaled(block, factors, 4);
  let r5 = scaled(block, factors, 5);
  let r6 = scaled(block, factors, 6);
  let r7 = scaled(block, factors, 7);
  let firstShift = 11;
  if (isOfTopRow(block)) {
    // libjpeg-turbo has a shorter way for the columns then. Its numbers wrap where those of the other are held.
    const top = i16x8.shl(r0, 2);
    r0 = i16x8.splat(i16x8.extract_lane_s(top, 0));
    r1 = i16x8.splat(i16x8.extract_lane_s(top, 1));
    r2 = i16x8.splat(i16x8.extract_lane_s(top, 2));
    r3 = i16x8.splat(i16x8.extract_lane_s(top, 3));
    r4 = i16x8.splat(i16x8.extract_lane_s(top, 4));
    r5 = i16x8.splat(i16x8.extract_lane_s(top, 5));
    r6 = i16x8.splat(i16x8.extract_lane_s(top, 6));
    r7 = i16x8.splat(i16x8.extract_lane_s(top, 7));
    firstShift = 18;
  }
  for (let shift = firstShift; shift <= 18; shift += 7) {
    const half = i32x4.splat(1 << (shift - 1));
    let low = low16(r2, r6), high = high16(r2, r6);
    const e3l = weighed(low, 0), e3h = weighed(high, 0);
    const e2l = weighed(low, 1), e2h = weighed(high, 1);
    const sum = i16x8.add(r0, r4);
    const e0l = widenedLow(sum), e0h = widenedHigh(sum);
    const difference = i16x8.sub(r0, r4);
    const e1l = widenedLow(difference), e1h = widenedHigh(difference);

    const z3 = i16x8.add(r7, r3);
    const z4 = i16x8.add(r5, r1);
    low = low16(z3, z4);
    high = high16(z3, z4);
    const z3l = weighed(low, 2), z3h = weighed(high, 2);
    const z4l = weighed(low, 3), z4h = weighed(high, 3);
    low = low16(r7, r1);
    high = high16(r7, r1);
    const o0l = i32x4.add(weighed(low, 4), z3l), o0h = i32x4.add(weighed(high, 4), z3h);
    const o3l = i32x4.add(weighed(low, 5), z4l), o3h = i32x4.add(weighed(high, 5), z4h);
    low = low16(r5, r3);
    high = high16(r5, r3);
    const o1l = i32x4.add(weighed(low, 6), z4l), o1h = i32x4.add(weighed(high, 6), z4h);
    const o2l = i32x4.add(weighed(low, 7), z3l), o2h = i32x4.add(weighed(high, 7), z3h);

    low = i32x4.add(e0l, e3l);
    high = i32x4.add(e0h, e3h);
    r0 = rounded(i32x4.add(low, o3l), i32x4.add(high, o3h), half, shift);
    r7 = rounded(i32x4.sub(low, o3l), i32x4.sub(high, o3h), half, shift);
    low = i32x4.sub(e0l, e3l);
    high = i32x4.sub(e0h, e3h);
    r3 = rounded(i32x4.add(low, o0l), i32x4.add(high, o0h), half, shift);
    r4 = rounded(i32x4.sub(low, o0l), i32x4.sub(high, o0h), half, shift);
    low = i32x4.add(e1l, e2l);
    high = i32x4.add(e1h, e2h);
    r1 = rounded(i32x4.add(low, o2l), i32x4.add(high, o2h), half, shift);
    r6 = rounded(i32x4.sub(low, o2l), i32x4.sub(high, o2h), half, shift);
    low = i32x4.sub(e1l, e2l);
    high = i32x4.sub(e1h, e2h);
    r2 = rounded(i32x4.add(low, o1l), i32x4.add(high, o1h), half, shift);
    r5 = rounded(i32x4.sub(low, o1l), i32x4.sub(high, o1h), half, shift);
    // Three rounds of interleaving each line with the one four further turn rows into columns.
    for (let round = 0; round < 3; round++) {
      const a = low16(r0, r4), b = high16(r0, r4);
      const c = low16(r1, r5), d = high16(r1, r5);
      const e = low16(r2, r6), f = high16(r2, r6);
      const g = low16(r3, r7), h = high16(r3, r7);
      r0 = a; r1 = b; r2 = c; r3 = d; r4 = e; r5 = f; r6 = g; r7 = h;
    }
  }
  storeRow(r0, to);
  storeRow(r1, to + stride);
  storeRow(r2, to + 2 * stride);
  storeRow(r3, to + 3 * stride);
  storeRow(r4, to + 4 * stride);
  storeRow(r5, to + 5 * stride);
  storeRow(r6, to + 6 * stride);
  storeRow(r7, to + 7 * stride);
}
