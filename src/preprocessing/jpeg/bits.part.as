/*
 * Bits of a scan and what is coded in them: Huffman codes and numbers of a given length (ITU-T T.81, annexes F and H).
 *
 * The table of a Huffman code, in its order: 1024 times i32, by the next 10 bits what is said of the code that they begin with, 0 if that is longer;
 * 18 times i32, by length the largest code of that length, or -1; 18 times i32, what to add to a code of that length for the place of its symbol;
 * the symbols, 256 times u8.
 *
 * What is said of a code, from the lowest bit on: 6 bits, its length; 6 bits, its length with the number that follows, as many bits as the lower four of
 * the symbol say, or 0 if that is more than the 10; 8 bits, the symbol; 12 bits, that number.
 */

const LOOKED_UP = 10;
const LARGEST: usize = 4096;
const PLACES: usize = LARGEST + 18 * 4;
const SYMBOLS: usize = PLACES + 18 * 4;

let at: usize = 0;
let end: usize = 0;
/** The bits that were read last; `held` of them are still to be used. */
let bits: u64 = 0;
let held: i32 = 0;
/** How many of the last bits lie beyond the end: zeros. */
let beyond: i32 = 0;

/** Begins with the bytes from `from` to `to`, in which 0xff is followed by 0. */
export function open(from: usize, to: usize): void {
  at = from;
  end = to;
  bits = 0;
  held = 0;
  beyond = 0;
}

/** Whether more was used than there is. */
@inline
export function isOver(): bool {
  return beyond > held;
}

/** Holds at least 32 bits: enough for a code of 16 and a number of 15. */
@inline
export function fill(): void {
  if (held > 32) return;
  bits = (bits << 32) | nextBits();
  held += 32;
}

/** 32 further ones. */
@inline
export function nextBits(): u64 {
  if (at + 4 <= end) {
    const four = bswap(load<u32>(at));
    const others = ~four;
    // Whether none of the four is 0xff.
    if (((others - 0x01010101) & ~others & 0x80808080) == 0) {
      at += 4;
      return four;
    }
  }
  return nextBitsByBytes();
}

function nextBitsByBytes(): u64 {
  let four: u64 = 0;
  for (let count = 0; count < 4; count++) {
    let byte: u64 = 0;
    if (at < end) {
      byte = <u64>load<u8>(at++);
      if (byte == 0xff) {
        while (at < end && load<u8>(at) == 0xff) at++;
        at++;
      }
    } else {
      beyond += 8;
    }
    four = (four << 8) | byte;
  }
  return four;
}

/** The bits that are held, for a loop that has them in variables of its own, and back. */
@inline
export function heldBits(): u64 {
  return bits;
}

@inline
export function heldCount(): i32 {
  return held;
}

@inline
export function hold(ownBits: u64, count: i32): void {
  bits = ownBits;
  held = count;
}

/** The next bits as a number; `fill` was called before. */
@inline
export function take(length: i32): i32 {
  held -= length;
  return <i32>(bits >> <u64>held) & ((1 << length) - 1);
}

/** A number of so many bits, at least one, whose first says that it is not negative: T.81, F.2.2.1. */
@inline
export function takeSigned(length: i32): i32 {
  const value = take(length);
  return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
}

/** What the table says of a code, of whose bits `count` are held. */
@inline
export function look(table: usize, ownBits: u64, count: i32): i32 {
  return load<i32>(table + ((<usize>(ownBits >> <u64>(count - LOOKED_UP)) & 1023) << 2));
}

/** The bits of the code with its number; 0: `symbol` and `takeSigned` have to be called. */
@inline
export function wholeLength(known: i32): i32 {
  return (known >> 6) & 63;
}

@inline
export function symbolOf(known: i32): i32 {
  return (known >> 12) & 255;
}

@inline
export function numberOf(known: i32): i32 {
  return known >> 20;
}

/** The symbol of the next code, -1 if there is none; at most 16 bits, `fill` was called before. */
@inline
export function symbol(table: usize): i32 {
  const known = look(table, bits, held);
  if (known == 0) return symbolOfLongCode(table);
  held -= known & 63;
  return symbolOf(known);
}

function symbolOfLongCode(table: usize): i32 {
  for (let length = LOOKED_UP + 1; length <= 16; length++) {
    const code = <i32>(bits >> <u64>(held - length)) & ((1 << length) - 1);
    const place = <usize>length << 2;
    if (code <= load<i32>(table + LARGEST + place)) {
      held -= length;
      return <i32>load<u8>(table + SYMBOLS + <usize>(code + load<i32>(table + PLACES + place)));
    }
  }
  return -1;
}
