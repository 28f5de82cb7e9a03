/*
 * Blocks of 64 coefficients, i16, row by row, as scans code them: at once, or a few coefficients and bits at a time (ITU-T T.81, F.2.2, G.1.2).
 * All functions return false where what is coded cannot be.
 */
import {
  fill, heldBits, heldCount, hold, look, nextBits, numberOf, symbol, symbolOf, take, takeSigned, wholeLength,
} from './bits.part';

/** Where the coefficients that are coded one after the other stand in a block. */
const ZIGZAG = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56,
  57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

/** Of how many bits the number before which a code of the first coefficient stands may be. */
const MOST_BITS = 15;

/** How many blocks that follow have nothing more in this scan. */
let emptyBlocks: i32 = 0;

export function startBlocks(): void {
  emptyBlocks = 0;
}

@inline
function placeOf(block: usize, index: i32): usize {
  return block + (<usize>load<u8>(ZIGZAG + <usize>index) << 1);
}

/** Adds to the prediction at `previous`, an i32. */
@inline
function difference(table: usize, previous: usize): bool {
  fill();
  const length = symbol(table);
  if (length < 0 || length > MOST_BITS) return false;
  if (length > 0) store<i32>(previous, load<i32>(previous) + takeSigned(length));
  return true;
}

/** A whole block, which is all zeros before. */
export function sequential(block: usize, dcTable: usize, acTable: usize, previous: usize): bool {
  if (!difference(dcTable, previous)) return false;
  store<i16>(block, <i16>load<i32>(previous));
  // Most of the time of a picture is spent here: the bits are in variables, not in memory.
  let bits = heldBits();
  let held = heldCount();
  let index = 1;
  for (; index < 64; index++) {
    if (held <= 32) {
      bits = (bits << 32) | nextBits();
      held += 32;
    }
    const known = look(acTable, bits, held);
    const whole = wholeLength(known);
    let code = symbolOf(known);
    let value = numberOf(known);
    held -= whole;
    if (whole == 0) {
      hold(bits, held);
      code = symbol(acTable);
      if (code < 0) return false;
      if ((code & 15) != 0) value = takeSigned(code & 15);
      held = heldCount();
    }
    if ((code & 15) == 0) {
      if (code != 0xf0) break;
      index += 15;
    } else {
      index += code >> 4;
      if (index > 63) return false;
      store<i16>(placeOf(block, index), <i16>value);
    }
  }
  hold(bits, held);
  return true;
}

export function firstOfDc(block: usize, table: usize, previous: usize, shift: i32): bool {
  if (!difference(table, previous)) return false;
  store<i16>(block, <i16>(load<i32>(previous) << shift));
  return true;
}

export function moreOfDc(block: usize, shift: i32): bool {
  fill();
  if (take(1)) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << shift)));
  return true;
}

/** How many blocks, this one included, have nothing more; of a code whose number of bits is `length`. */
@inline
function runOfBlocks(length: i32): i32 {
  return (1 << length) + (length > 0 ? take(length) : 0);
}

export function firstOfAc(block: usize, table: usize, from: i32, to: i32, shift: i32): bool {
  if (emptyBlocks > 0) {
    emptyBlocks--;
    return true;
  }
  for (let index = from; index <= to; index++) {
    fill();
    const code = symbol(table);
    if (code < 0) return false;
    const run = code >> 4;
    const length = code & 15;
    if (length == 0 && run < 15) {
      emptyBlocks = runOfBlocks(run) - 1;
      return true;
    }
    index += run;
    if (length > 0) {
      if (index > 63) return false;
      store<i16>(placeOf(block, index), <i16>(takeSigned(length) << shift));
    }
  }
  return true;
}

/** One more bit of a coefficient that is not 0. */
@inline
function refine(place: usize, bit: i32): void {
  fill();
  if (take(1) == 0) return;
  const value = <i32>load<i16>(place);
  if ((value & bit) == 0) store<i16>(place, <i16>(value >= 0 ? value + bit : value - bit));
}

export function moreOfAc(block: usize, table: usize, from: i32, to: i32, shift: i32): bool {
  const bit = 1 << shift;
  let index = from;
  if (emptyBlocks == 0) {
    for (; index <= to; index++) {
      fill();
      const code = symbol(table);
      if (code < 0) return false;
      let run = code >> 4;
      let value = 0;
      if ((code & 15) != 0) {
        value = take(1) ? bit : -bit;
      } else if (run < 15) {
        emptyBlocks = runOfBlocks(run);
        break;
      }
      // `run` counts coefficients that are still 0; those that are not are refined on the way.
      for (; index <= to; index++) {
        const place = placeOf(block, index);
        if (load<i16>(place) != 0) refine(place, bit);
        else if (--run < 0) break;
      }
      if (value != 0) {
        if (index > to) return false;
        store<i16>(placeOf(block, index), <i16>value);
      }
    }
  }
  if (emptyBlocks > 0) {
    for (; index <= to; index++) {
      const place = placeOf(block, index);
      if (load<i16>(place) != 0) refine(place, bit);
    }
    emptyBlocks--;
  }
  return true;
}
