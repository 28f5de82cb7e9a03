import { DamagedPicture } from '../damaged-picture.js';
import type { Size } from '../preprocessing-config.js';

/** The first frame of a GIF, on its canvas. */
export interface GifFrame {
  /** Of the canvas, which a frame that reaches beyond widens, as in Pillow. */
  readonly canvas: Size;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** Red, green and blue of each colour; `undefined`: the file has no colours, and each index is a grey. */
  readonly palette: Uint8Array | undefined;
  readonly transparent: number | undefined;
  /** Where the pixels begin, and the fewest bits of a code there. */
  readonly at: number;
  readonly codeBits: number;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;

/**
 * Reads what comes before the pixels of the first frame: GIF89a, sections 18 to 23, and what Pillow makes of files that do not keep to it.
 * @throws DamagedPicture, RangeError where the file ends before
 */
export function readGif(picture: Uint8Array): GifFrame {
  const bytes = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const canvas = { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) };
  const [global, from] = colours(bytes, bytes.getUint8(10), 13);
  let transparent: number | undefined;
  for (let at = from; ;) {
    const kind = bytes.getUint8(at);
    at += 1;
    if (kind === TRAILER) throw new DamagedPicture('It has no frame.');
    if (kind === IMAGE) return frameAt(bytes, at, canvas, global, transparent);
    if (kind !== EXTENSION) continue; // Pillow passes over what is none.
    const label = bytes.getUint8(at);
    const length = bytes.getUint8(at + 1);
    at += 2;
    if (label === GRAPHIC_CONTROL && length > 3 && (bytes.getUint8(at) & 1) !== 0) {
      transparent = bytes.getUint8(at + 3);
    }
    at += length;
    // An empty block ends a comment alone, in Pillow.
    if (label !== COMMENT || length > 0) at = afterBlocks(bytes, at);
  }
}

function frameAt(
  bytes: DataView,
  at: number,
  canvas: Size,
  global: Uint8Array | undefined,
  transparent: number | undefined,
): GifFrame {
  const [left, top] = [bytes.getUint16(at, true), bytes.getUint16(at + 2, true)];
  const [width, height] = [bytes.getUint16(at + 4, true), bytes.getUint16(at + 6, true)];
  if (width === 0 || height === 0) throw new DamagedPicture('Its first frame has no pixels.');
  const flags = bytes.getUint8(at + 8);
  const [local, after] = colours(bytes, flags, at + 9);
  return {
    canvas: {
      width: Math.max(canvas.width, left + width),
      height: Math.max(canvas.height, top + height),
    },
    left,
    top,
    width,
    height,
    isInterlaced: (flags & 0x40) !== 0,
    palette: local ?? global,
    transparent,
    codeBits: bytes.getUint8(after),
    at: after + 1,
  };
}

/** A table of colours, if the flags say that there is one, and where it ends. */
function colours(bytes: DataView, flags: number, at: number): [Uint8Array | undefined, number] {
  if ((flags & 0x80) === 0) return [undefined, at];
  const end = at + (3 << ((flags & 7) + 1));
  return [new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at), end];
}

function afterBlocks(bytes: DataView, from: number): number {
  let at = from;
  while (bytes.getUint8(at) > 0) at += 1 + bytes.getUint8(at);
  return at + 1;
}
