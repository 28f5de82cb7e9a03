import { type Steps } from '../turns/slices.js';

/** What a text of base64 may have beside the digits of RFC 4648 §4. */
export interface Base64Rules {
  /** Bytes that may stand anywhere and say nothing. */
  readonly spaces: readonly number[];
  /** Bytes that may fill up the last group of four. */
  readonly pads: readonly number[];
}

/** Characters that are decoded in one step. */
const PIECE = 2 ** 16;
const CHARACTERS = 4;
const BYTES = 3;

/** The bytes that base64 stands for, padded to whole groups or not padded; `undefined` for any other text. */
export function* decodeBase64Steps(
  text: string | Uint8Array,
  { spaces, pads }: Base64Rules,
): Steps<Buffer | undefined> {
  const decoded = Buffer.allocUnsafe(Math.ceil(text.length / CHARACTERS) * BYTES);
  let [length, digits, padding, rest] = [0, 0, 0, ''];
  for (let at = 0; at < text.length; at += PIECE) {
    if (at > 0) yield;
    const piece = withoutSpaces(pieceOf(text, at), spaces);
    let end = piece.length;
    while (end > 0 && pads.includes(piece[end - 1]!)) end--;
    if (padding > 0 && end > 0) return undefined;
    padding += piece.length - end;
    digits += end;
    const dense = rest + piece.toString('latin1', 0, end);
    const whole = dense.length - (dense.length % CHARACTERS);
    const written = writeDigits(decoded, length, dense.slice(0, whole));
    if (written === undefined) return undefined;
    length += written;
    rest = dense.slice(whole);
  }
  const missing = (CHARACTERS - (digits % CHARACTERS)) % CHARACTERS;
  if (missing === BYTES || (padding > 0 && padding !== missing)) return undefined;
  const written = writeDigits(decoded, length, rest);
  return written === undefined ? undefined : decoded.subarray(0, length + written);
}

/** How many bytes were written; `undefined` where one is no digit. */
function writeDigits(into: Buffer, at: number, digits: string): number | undefined {
  if (digits.includes('-') || digits.includes('_')) return undefined; // Node reads the digits of URLs as well.
  const written = into.write(digits, at, 'base64');
  // Node leaves out what is not of the alphabet; then there are too few bytes.
  return written === Math.floor((digits.length * BYTES) / CHARACTERS) ? written : undefined;
}

function pieceOf(text: string | Uint8Array, at: number): Buffer {
  if (typeof text === 'string') return Buffer.from(text.slice(at, at + PIECE));
  return Buffer.from(text.buffer, text.byteOffset + at, Math.min(PIECE, text.length - at));
}

function withoutSpaces(piece: Buffer, spaces: readonly number[]): Buffer {
  if (!spaces.some((space) => piece.includes(space))) return piece;
  const dense = Buffer.allocUnsafe(piece.length);
  let length = 0;
  for (let index = 0; index < piece.length; index++) {
    const byte = piece[index]!;
    if (!spaces.includes(byte)) dense[length++] = byte;
  }
  return dense.subarray(0, length);
}
