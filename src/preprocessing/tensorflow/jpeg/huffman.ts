/** Codes of at most so many bits are looked up at once. */
const LOOKED_UP = 9;
const MOST_BITS = 16;

/**
 * A Huffman code as bits.part.as takes it.
 * @param counts of codes, by length less 1
 * @throws Error where there are more codes than fit into so many bits
 */
export function huffmanTable(counts: readonly number[], symbols: Uint8Array): Uint8Array {
  const table = new DataView(new ArrayBuffer(1024 + 2 * 18 * 4 + 256));
  const [largest, places, symbolsAt] = [1024, 1024 + 18 * 4, 1024 + 2 * 18 * 4];
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MOST_BITS; length += 1) {
    const count = counts[length - 1]!;
    table.setInt32(places + length * 4, index - code, true);
    for (let end = index + count; index < end; index += 1) {
      if (length <= LOOKED_UP) lookUp(table, code, length, symbols[index]!);
      code += 1;
    }
    // One of ones alone is none.
    if (code >= 2 ** length) throw new Error('It has a Huffman code that is none.');
    table.setInt32(largest + length * 4, count > 0 ? code - 1 : -1, true);
    code *= 2;
  }
  const bytes = new Uint8Array(table.buffer);
  bytes.set(symbols, symbolsAt);
  return bytes;
}

/** All that begins with the code stands for its symbol. */
function lookUp(table: DataView, code: number, length: number, symbol: number): void {
  const others = LOOKED_UP - length;
  const first = code << others;
  for (let at = first; at < first + (1 << others); at += 1) {
    if (at < 1 << LOOKED_UP) table.setUint16(at * 2, (length << 8) | symbol, true);
  }
}
