/*
 * Rows of a picture from the planes of its components, which may have fewer samples than the picture has pixels: "fancy upsampling" as libjpeg-turbo
 * does it by default where a plane has half as many in one or both directions, and else each sample several times.
 *
 * A plane, in i32: its address, bytes from row to row, samples across, down; how many pixels a sample is across, down; two addresses of
 * rows in between, of i16 with one before the first and one behind the last, and of bytes.
 */

@inline
function field(plane: usize, index: usize): i32 {
  return load<i32>(plane + (index << 2));
}

/** @returns where row `y` of the picture lies, one byte for each pixel */
export function enlarged(plane: usize, y: i32): usize {
  const samples = <usize>field(plane, 0);
  const stride = field(plane, 1);
  const wide = field(plane, 4);
  const high = field(plane, 5);
  if (wide == 1 && high == 1) return samples + <usize>(y * stride);
  const across = field(plane, 2);
  const line = <usize>field(plane, 7);
  const isSmooth = high <= 2 && (wide == 1 || (wide == 2 && across > 2));
  if (!isSmooth) {
    repeat(samples + <usize>((y / high) * stride), across, wide, line);
    return line;
  }
  const nearest = y / high;
  const near = samples + <usize>(nearest * stride);
  if (high == 1) {
    const sums = <usize>field(plane, 6);
    widen(near, across, sums);
    blend(sums, across, line, 1, 2, 2);
    return line;
  }
  const next = (y & 1) == 0 ? nearest - 1 : nearest + 1;
  const far = samples + <usize>(max(0, min(field(plane, 3) - 1, next)) * stride);
  if (wide == 1) {
    blendRows(near, far, across, line, (y & 1) == 0 ? 1 : 2);
    return line;
  }
  const sums = <usize>field(plane, 6);
  addRows(near, far, across, sums);
  blend(sums, across, line, 8, 7, 4);
  return line;
}

function repeat(from: usize, across: i32, wide: i32, to: usize): void {
  for (let x = 0; x < across; x++) {
    const sample = load<u8>(from + <usize>x);
    for (let copy = 0; copy < wide; copy++) store<u8>(to++, sample);
  }
}

function widen(row: usize, across: i32, sums: usize): void {
  for (let x = 0; x < across; x += 8) {
    v128.store(sums + 2 + (<usize>x << 1), i16x8.extend_low_i8x16_u(v128.load64_zero(row + <usize>x)));
  }
  ends(sums, across);
}

/** Three times the nearer row and once the other. */
@inline
function threeToOne(near: usize, far: usize): v128 {
  const one = i16x8.extend_low_i8x16_u(v128.load64_zero(near));
  const other = i16x8.extend_low_i8x16_u(v128.load64_zero(far));
  return i16x8.add(i16x8.mul(one, i16x8.splat(3)), other);
}

function addRows(near: usize, far: usize, across: i32, sums: usize): void {
  for (let x = 0; x < across; x += 8) {
    v128.store(sums + 2 + (<usize>x << 1), threeToOne(near + <usize>x, far + <usize>x));
  }
  ends(sums, across);
}

/** Beyond the edges lies what is at them. */
function ends(sums: usize, across: i32): void {
  store<i16>(sums, load<i16>(sums + 2));
  const last = sums + (<usize>across << 1);
  store<i16>(last + 2, load<i16>(last));
}

function blendRows(near: usize, far: usize, across: i32, to: usize, rounding: i16): void {
  for (let x = 0; x < across; x += 8) {
    const sum = i16x8.add(threeToOne(near + <usize>x, far + <usize>x), i16x8.splat(rounding));
    const value = i16x8.shr_u(sum, 2);
    v128.store64_lane(to + <usize>x, i8x16.narrow_i16x8_u(value, value), 0);
  }
}

/** Two pixels of each sum: three parts of it and one of its neighbour on the left, on the right. */
function blend(sums: usize, across: i32, to: usize, roundLeft: i16, roundRight: i16, shift: i32): void {
  for (let x = 0; x < across; x += 8) {
    const place = sums + (<usize>x << 1);
    const three = i16x8.mul(v128.load(place + 2), i16x8.splat(3));
    const left = i16x8.shr_u(i16x8.add(i16x8.add(three, v128.load(place)), i16x8.splat(roundLeft)), shift);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(three, v128.load(place + 4)), i16x8.splat(roundRight)), shift);
    v128.store(to + (<usize>x << 1), v128.or(left, i16x8.shl(right, 8)));
  }
}
