/*
 * The two passes of `INTER_CUBIC`, in 128-bit vectors: AssemblyScript, compiled into cubic.wasm.ts by `npm run generate:wasm`.
 *
 * Weights are float64. Sums are float32, rounded after each of four products. A row of the picture is scaled into a line of
 * float32. Up to 16 bytes beyond what is given are read (and count nothing) and written.
 */

/** Two sums, in the lower half, of two values (float64) of each of four pixels. */
@inline
function sum(
  a: v128, b: v128, c: v128, d: v128, weightA: v128, weightB: v128, weightC: v128, weightD: v128,
): v128 {
  let sum = f32x4.demote_f64x2_zero(f64x2.mul(a, weightA));
  sum = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.mul(b, weightB)));
  sum = f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.mul(c, weightC)));
  return f32x4.demote_f64x2_zero(f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.mul(d, weightD)));
}

@inline
function upperHalf(values: v128): v128 {
  return v128.shuffle<i64>(values, values, 1, 1);
}

@inline
function lowerHalves(one: v128, other: v128): v128 {
  return v128.shuffle<i64>(one, other, 0, 2);
}

/** Four bytes as 32 bits each. */
@inline
function pixel(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(v128.load_ext<u8>(at));
}

/**
 * A row into a line of `outputs` pixels. Per output there is at `places` where in the row, in bytes, each of its four pixels is
 * (32 bits), and at `weights` how much each counts.
 */
@inline
function across(
  channels: i32, row: usize, line: usize, outputs: i32, places: usize, weights: usize,
): void {
  for (let output = 0; output < outputs; output++) {
    const a = pixel(row + load<u32>(places));
    const b = pixel(row + load<u32>(places, 4));
    const c = pixel(row + load<u32>(places, 8));
    const d = pixel(row + load<u32>(places, 12));
    const weightA = v128.load64_splat(weights);
    const weightB = v128.load64_splat(weights, 8);
    const weightC = v128.load64_splat(weights, 16);
    const weightD = v128.load64_splat(weights, 24);
    let values = sum(
      f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b),
      f64x2.convert_low_i32x4_s(c), f64x2.convert_low_i32x4_s(d),
      weightA, weightB, weightC, weightD,
    );
    if (channels > 1) {
      values = lowerHalves(values, sum(
        f64x2.convert_low_i32x4_s(upperHalf(a)), f64x2.convert_low_i32x4_s(upperHalf(b)),
        f64x2.convert_low_i32x4_s(upperHalf(c)), f64x2.convert_low_i32x4_s(upperHalf(d)),
        weightA, weightB, weightC, weightD,
      ));
    }
    v128.store(line, values);
    places += 16;
    weights += 32;
    line += channels << 2;
  }
}

export function across1(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(1, row, line, outputs, places, weights);
}

export function across3(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(3, row, line, outputs, places, weights);
}

export function across4(row: usize, line: usize, outputs: i32, places: usize, weights: usize): void {
  across(4, row, line, outputs, places, weights);
}

/** `length` bytes of the result, made of four lines and their weights. */
export function down(
  a: usize, b: usize, c: usize, d: usize, to: usize, length: i32,
  weightA: f64, weightB: f64, weightC: f64, weightD: f64,
): void {
  const forA = f64x2.splat(weightA);
  const forB = f64x2.splat(weightB);
  const forC = f64x2.splat(weightC);
  const forD = f64x2.splat(weightD);
  for (let at: usize = 0; at < <usize>length; at += 4) {
    const offset = at << 2;
    const low = sum(
      f64x2.promote_low_f32x4(v128.load64_zero(a + offset)), f64x2.promote_low_f32x4(v128.load64_zero(b + offset)),
      f64x2.promote_low_f32x4(v128.load64_zero(c + offset)), f64x2.promote_low_f32x4(v128.load64_zero(d + offset)),
      forA, forB, forC, forD,
    );
    const high = sum(
      f64x2.promote_low_f32x4(v128.load64_zero(a + offset, 8)), f64x2.promote_low_f32x4(v128.load64_zero(b + offset, 8)),
      f64x2.promote_low_f32x4(v128.load64_zero(c + offset, 8)), f64x2.promote_low_f32x4(v128.load64_zero(d + offset, 8)),
      forA, forB, forC, forD,
    );
    const values = i32x4.trunc_sat_f32x4_s(f32x4.nearest(lowerHalves(low, high)));
    const words = i16x8.narrow_i32x4_s(values, values);
    v128.store_lane<u32>(to + at, i8x16.narrow_i16x8_u(words, words), 0);
  }
}
