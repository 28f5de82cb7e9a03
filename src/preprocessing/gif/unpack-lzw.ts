import { DamagedPicture } from '../damaged-picture.js';

/** No code has more bits: GIF89a, appendix F. */
const MOST_BITS = 12;
const MOST_CODES = 1 << MOST_BITS;

/**
 * The indices of a frame, in the order in which they are stored. What a file says after them is not read.
 * @param from where the first block of codes begins
 * @throws DamagedPicture
 */
export function unpackLzw(bytes: Uint8Array, from: number, codeBits: number, count: number): Uint8Array {
  if (codeBits > MOST_BITS) throw new DamagedPicture(`Its codes begin with ${codeBits} bits.`);
  const clear = 1 << codeBits;
  const end = clear + 1;
  /** A string is that of its prefix and one index more. */
  const prefixes = new Uint16Array(MOST_CODES);
  const indices = new Uint8Array(MOST_CODES);
  const lengths = new Uint16Array(MOST_CODES);
  const unpacked = new Uint8Array(count);
  const readCode = codeReader(bytes, from);
  let [next, bits, last, lastFirst, lastLength] = [clear + 2, codeBits + 1, -1, 0, 0];

  for (let filled = 0; filled < count;) {
    const code = readCode(bits);
    if (code === end) throw new DamagedPicture('It ends before its last pixel.');
    if (code === clear) {
      [next, bits, last] = [clear + 2, codeBits + 1, -1];
      continue;
    }
    if (code > (last < 0 ? clear : next) || (code >= clear && code >= MOST_CODES)) {
      throw new DamagedPicture(`It has the code ${code}, which stands for nothing.`);
    }
    // The one that is being made is the last string and its first index.
    const isNext = code === next;
    const length = code < clear ? 1 : isNext ? lastLength + 1 : lengths[code]!;
    let place = filled + length - 1;
    let part = code;
    if (isNext) {
      if (place < count) unpacked[place] = lastFirst;
      place -= 1;
      part = last;
    }
    for (; part >= clear; place -= 1) {
      if (place < count) unpacked[place] = indices[part]!;
      part = prefixes[part]!;
    }
    unpacked[place] = part;
    filled += length;

    if (last >= 0 && next < MOST_CODES) {
      prefixes[next] = last;
      indices[next] = part;
      lengths[next] = lastLength + 1;
      if (next === (1 << bits) - 1 && bits < MOST_BITS) bits += 1;
      next += 1;
    }
    [last, lastFirst, lastLength] = [code, part, length];
  }
  return unpacked;
}

/** Reads codes of so many bits, the low ones first, out of blocks that each begin with their length. */
function codeReader(bytes: Uint8Array, from: number): (bits: number) => number {
  let [at, blockEnd, buffer, buffered] = [from, from, 0, 0];
  return (bits) => {
    while (buffered < bits) {
      while (at === blockEnd) {
        const length = bytes[at];
        // Pillow begins no block that is not whole.
        if (length === undefined || at + length >= bytes.length) throw new DamagedPicture('It ends early.');
        blockEnd = at + 1 + length;
        at += 1;
      }
      buffer |= bytes[at]! << buffered;
      buffered += 8;
      at += 1;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    buffered -= bits;
    return code;
  };
}
