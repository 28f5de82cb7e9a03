/*
 * Decodes JPEG as TensorFlow does by default, compiled into decode.wasm.ts by `npm run generate:wasm`. What is said of the file is said by
 * decode-jpeg.ts, which writes the descriptions that are read here. Up to 16 bytes beyond any part are read, and up to 25 written.
 *
 * Of samples there may be only some rows in memory; addresses are given as if all were.
 *
 * A component of a scan, in i32: the address of its coefficients, or 0 if its blocks are transformed at once; of its samples; samples from row to
 * row, blocks from row to row; blocks across and down in a unit of the scan; the addresses of the factors of its transform, of the Huffman tables
 * for the first coefficient and for the others; the last first coefficient, which the next one is said relative to; whether its transform is the fast one.
 */
import { isOver, open } from './bits.part';
import { firstOfAc, firstOfDc, moreOfAc, moreOfDc, sequential, startBlocks } from './blocks.part';
import { toGrey, toLuma, toRgb } from './colour.part';
import { enlarged } from './enlarge.part';
import { transform } from './transform.part';

const SIZE: usize = 11 << 2;
const PREVIOUS: usize = 9 << 2;

/** What a scan codes of its blocks. */
const SEQUENTIAL = 0;
const FIRST_OF_DC = 1;
const MORE_OF_DC = 2;
const FIRST_OF_AC = 3;

const SCRATCH = memory.data(128, 16);

@inline
function field(component: usize, index: usize): i32 {
  return load<i32>(component + (index << 2));
}

function decodeBlock(codes: i32, component: usize, block: usize, from: i32, to: i32, shift: i32): bool {
  const dcTable = <usize>field(component, 7);
  const acTable = <usize>field(component, 8);
  switch (codes) {
    case SEQUENTIAL: return sequential(block, dcTable, acTable, component + PREVIOUS);
    case FIRST_OF_DC: return firstOfDc(block, dcTable, component + PREVIOUS, shift);
    case MORE_OF_DC: return moreOfDc(block, shift);
    case FIRST_OF_AC: return firstOfAc(block, acTable, from, to, shift);
    default: return moreOfAc(block, acTable, from, to, shift);
  }
}

function decodeAt(codes: i32, component: usize, x: i32, y: i32, from: i32, to: i32, shift: i32): bool {
  const coefficients = <usize>field(component, 0);
  if (coefficients != 0) {
    const block = coefficients + (<usize>(y * field(component, 3) + x) << 7);
    return decodeBlock(codes, component, block, from, to, shift);
  }
  for (let at: usize = 0; at < 128; at += 16) v128.store(SCRATCH + at, i32x4.splat(0));
  if (!decodeBlock(codes, component, SCRATCH, from, to, shift)) return false;
  const stride = field(component, 2);
  const samples = <usize>field(component, 1) + (<usize>(y * stride + x) << 3);
  transform(field(component, 10) != 0, SCRATCH, <usize>field(component, 6), samples, <usize>stride);
  return true;
}

/**
 * Units of one scan, from `first` to before `end`; those before were decoded in the call before.
 * @param segments pairs of addresses, begin and end, each of what is coded of `perSegment` units
 * @param perRow units in a row; a unit of a single component is one block
 * @param from first coefficient that is coded, `to` the last one; `shift` the lowest bit
 * @returns whether all of it could be decoded
 */
export function scan(
  codes: i32, components: usize, count: i32, segments: usize, perSegment: i32, perRow: i32, from: i32, to: i32, shift: i32,
  first: i32, end: i32,
): bool {
  const afterLast = components + <usize>count * SIZE;
  for (let unit = first; unit < end; unit++) {
    if (unit % perSegment == 0) {
      const segment = segments + (<usize>(unit / perSegment) << 3);
      open(load<u32>(segment), load<u32>(segment + 4));
      startBlocks();
      for (let component = components; component < afterLast; component += SIZE) store<i32>(component + PREVIOUS, 0);
    }
    const row = unit / perRow;
    const column = unit - row * perRow;
    for (let component = components; component < afterLast; component += SIZE) {
      const across = field(component, 4);
      const down = field(component, 5);
      for (let y = 0; y < down; y++) {
        for (let x = 0; x < across; x++) {
          if (!decodeAt(codes, component, column * across + x, row * down + y, from, to, shift)) return false;
        }
      }
    }
    if (isOver()) return false;
  }
  return true;
}

/** Samples of all the blocks of a component, once all its scans are decoded. */
export function transformAll(component: usize, rows: i32): void {
  const across = field(component, 3);
  const stride = <usize>field(component, 2);
  const factors = <usize>field(component, 6);
  const isFast = field(component, 10) != 0;
  let block = <usize>field(component, 0);
  for (let y = 0; y < rows; y++) {
    let to = <usize>field(component, 1) + <usize>y * 8 * stride;
    for (let x = 0; x < across; x++) {
      transform(isFast, block, factors, to, stride);
      block += 128;
      to += 8;
    }
  }
}

/** What becomes of a pixel: three bytes, or one. */
const AS_RGB = 0;
const AS_LUMA = 1;

/**
 * Rows of the picture, one behind the other; even where they are grey, they need the room of colours.
 * @param planes as many as are read, each as enlarge.part.as has it, `planeSize` bytes apart
 * @param reading what the planes are, see colour.part.as
 * @param output as RGB, as the luma that is stored, or, 2, as the grey of RGB
 */
export function lines(
  reading: i32, planes: usize, planeSize: usize, count: i32, first: i32, rows: i32, width: i32, output: i32, to: usize,
): void {
  for (let y = first; y < first + rows; y++) {
    const a = enlarged(planes, y);
    const b = count > 1 ? enlarged(planes + planeSize, y) : 0;
    const c = count > 2 ? enlarged(planes + 2 * planeSize, y) : 0;
    const d = count > 3 ? enlarged(planes + 3 * planeSize, y) : 0;
    if (output == AS_RGB) toRgb(reading, a, b, c, d, width, to);
    else if (output == AS_LUMA) toLuma(reading, a, b, c, d, width, to);
    else toGrey(reading, a, b, c, d, width, to);
    to += <usize>(output == AS_RGB ? 3 * width : width);
  }
}
