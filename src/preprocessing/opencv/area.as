/*
 * The two passes of `INTER_AREA`, in 128-bit vectors: AssemblyScript, compiled into area.wasm.ts by `npm run generate:wasm`.
 *
 * A row of the picture is summed up into a line, and lines into a row of sums. Of whole pixels (`Blocks`) lines are 32-bit integers
 * and sums float64, so that both are exact; of parts of pixels (`Parts`) both are float32, rounded after each product and each
 * addition. Up to 16 bytes beyond what is given are read (and count nothing) and written.
 */

/** Four bytes as 32 bits each. */
@inline
function pixel(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(v128.load_ext<u8>(at));
}

/** Four float32 as bytes, a half to the even one. */
@inline
function storeRounded(to: usize, sums: v128): void {
  const values = i32x4.trunc_sat_f32x4_s(f32x4.nearest(sums));
  const words = i16x8.narrow_i32x4_s(values, values);
  v128.store_lane<u32>(to, i8x16.narrow_i16x8_u(words, words), 0);
}

/** A row into a line of `outputs` pixels, each the sum of the next `count`. */
@inline
function acrossBlocks(channels: i32, row: usize, line: usize, outputs: i32, count: i32): void {
  for (let output = 0; output < outputs; output++) {
    let sum = i32x4.splat(0);
    for (let tap = 0; tap < count; tap++) {
      sum = i32x4.add(sum, pixel(row));
      row += channels;
    }
    v128.store(line, sum);
    line += channels << 2;
  }
}

export function acrossBlocks1(row: usize, line: usize, outputs: i32, count: i32): void {
  acrossBlocks(1, row, line, outputs, count);
}

export function acrossBlocks3(row: usize, line: usize, outputs: i32, count: i32): void {
  acrossBlocks(3, row, line, outputs, count);
}

export function acrossBlocks4(row: usize, line: usize, outputs: i32, count: i32): void {
  acrossBlocks(4, row, line, outputs, count);
}

/** Adds a line's `length` values to the sums. */
export function addBlocks(line: usize, sums: usize, length: i32): void {
  for (let at = 0; at < length; at += 2) {
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.convert_low_i32x4_s(v128.load64_zero(line))));
    line += 8;
    sums += 16;
  }
}

/** `length` bytes of the result: of each sum so much as `part` says, as float32, rounded half to even. */
export function averageBlocks(sums: usize, to: usize, length: i32, part: f64): void {
  const parts = f64x2.splat(part);
  for (let at = 0; at < length; at += 4) {
    const low = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(sums), parts));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(sums, 16), parts));
    storeRounded(to + <usize>at, v128.shuffle<i64>(low, high, 0, 2));
    sums += 32;
  }
}

/**
 * A row into a line of `outputs` pixels. Per output there is at `places` where in the row, in bytes, it begins, at `counts` of how
 * many pixels it is made (32 bits each), and at `parts` that many float32, one behind the other: how much each counts.
 */
@inline
function acrossParts(
  channels: i32, row: usize, line: usize, outputs: i32, places: usize, counts: usize, parts: usize,
): void {
  for (let output = 0; output < outputs; output++) {
    let from = row + load<u32>(places);
    const end = parts + (<usize>load<u32>(counts) << 2);
    let sum = f32x4.splat(0);
    for (; parts < end; parts += 4) {
      sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(pixel(from)), v128.load32_splat(parts)));
      from += channels;
    }
    v128.store(line, sum);
    places += 4;
    counts += 4;
    line += channels << 2;
  }
}

export function acrossParts1(
  row: usize, line: usize, outputs: i32, places: usize, counts: usize, parts: usize,
): void {
  acrossParts(1, row, line, outputs, places, counts, parts);
}

export function acrossParts3(
  row: usize, line: usize, outputs: i32, places: usize, counts: usize, parts: usize,
): void {
  acrossParts(3, row, line, outputs, places, counts, parts);
}

export function acrossParts4(
  row: usize, line: usize, outputs: i32, places: usize, counts: usize, parts: usize,
): void {
  acrossParts(4, row, line, outputs, places, counts, parts);
}

/** Adds so much as `part` says of a line's `length` values to the sums. */
export function addParts(line: usize, sums: usize, length: i32, part: f32): void {
  const parts = f32x4.splat(part);
  for (let at = 0; at < length; at += 4) {
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(parts, v128.load(line))));
    line += 16;
    sums += 16;
  }
}

/** `length` bytes of the result: the sums, rounded half to even. */
export function roundParts(sums: usize, to: usize, length: i32): void {
  for (let at = 0; at < length; at += 4) {
    storeRounded(to + <usize>at, v128.load(sums));
    sums += 16;
  }
}
