import { JpegError } from './jpeg-error.js';

/** Codes of at most so many bits are looked up at once, together with the number that follows if it fits. */
const LOOKED_UP = 10;
const MOST_BITS = 16;

/**
 * A Huffman code as bits.part.as takes it.
 * @param counts of codes, by length less 1
 * @throws JpegError where there are more codes than fit into so many bits
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): Uint8Array {
  const known = new Int32Array(2 ** LOOKED_UP);
  const largest = new Int32Array(MOST_BITS + 2).fill(-1);
  const places = new Int32Array(MOST_BITS + 2);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MOST_BITS; length += 1) {
    const count = counts[length - 1]!;
    places[length] = index - code;
    for (let end = index + count; index < end; index += 1) {
      if (length <= LOOKED_UP) lookUp(known, code, length, symbols[index]!);
      code += 1;
    }
    // One of ones alone is none.
    if (code >= 2 ** length) throw new JpegError('It has a Huffman code that is none.', true);
    if (count > 0) largest[length] = code - 1;
    code *= 2;
  }
  const table = new Uint8Array(known.byteLength + largest.byteLength + places.byteLength + 256);
  table.set(new Uint8Array(known.buffer));
  table.set(new Uint8Array(largest.buffer), known.byteLength);
  table.set(new Uint8Array(places.buffer), known.byteLength + largest.byteLength);
  table.set(symbols, known.byteLength + largest.byteLength + places.byteLength);
  return table;
}

/** All that begins with the code stands for its symbol. */
function lookUp(known: Int32Array, code: number, length: number, symbol: number): void {
  const others = LOOKED_UP - length;
  const bits = symbol & 15;
  const said = length | (symbol << 12);
  for (let rest = 0; rest < 1 << others; rest += 1) {
    const at = (code << others) | rest;
    if (at >= known.length) return;
    known[at] =
      bits > others ? said : said | ((length + bits) << 6) | (numberOf(rest >> (others - bits), bits) << 20);
  }
}

/** A number of so many bits whose first says that it is not negative: T.81, F.2.2.1. */
function numberOf(value: number, bits: number): number {
  return bits > 0 && value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
}
