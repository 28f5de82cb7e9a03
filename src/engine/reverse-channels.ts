const BYTES = Uint32Array.BYTES_PER_ELEMENT;
/** Of four pixels. */
const WORDS = 3;

/**
 * Pixels of three bytes with their channels in the reverse order: RGB as BGR, or back. Four pixels at a time, as three words: byte by
 * byte, with which an engine on a GPU was busier than with anything else, it takes four times as long.
 */
export function reverseChannels(pixels: Uint8Array): Uint8Array {
  const source = pixels.byteOffset % BYTES === 0 ? pixels : pixels.slice();
  const reversed = new Uint8Array(pixels.length);
  const words = Math.floor(pixels.length / BYTES / WORDS) * WORDS;
  reverseWords(
    new Uint32Array(source.buffer, source.byteOffset, words),
    new Uint32Array(reversed.buffer, 0, words),
  );
  for (let at = words * BYTES; at < reversed.length; at += 3) {
    reversed[at] = source[at + 2]!;
    reversed[at + 1] = source[at + 1]!;
    reversed[at + 2] = source[at]!;
  }
  return reversed;
}

/** The lowest byte of a word is its first: all processors that Node runs TensorFlow on are little-endian. */
function reverseWords(source: Uint32Array, reversed: Uint32Array): void {
  for (let at = 0; at < source.length; at += WORDS) {
    const first = source[at]!; // R0 G0 B0 R1, of which B0 G0 R0 B1 is made
    const second = source[at + 1]!; // G1 B1 R2 G2, of which G1 R1 B2 G2 is made
    const third = source[at + 2]!; // B2 R3 G3 B3, of which R2 B3 G3 R3 is made
    reversed[at] = byte(first, 2) | (first & 0xff00) | (byte(first, 0) << 16) | (byte(second, 1) << 24);
    reversed[at + 1] =
      byte(second, 0) | (byte(first, 3) << 8) | (byte(third, 0) << 16) | (byte(second, 3) << 24);
    reversed[at + 2] = byte(second, 2) | (byte(third, 3) << 8) | (third & 0xff0000) | (byte(third, 1) << 24);
  }
}

function byte(word: number, place: number): number {
  return (word >>> (8 * place)) & 0xff;
}
