/** How a file stores its pixels, read off its header. */
export interface PictureKind {
  readonly format: 'png' | 'jpeg';
  /** 3, or 4 where one colour is transparent, of a palette. */
  readonly channels: number;
  /** Of a sample, or of an index into the palette. */
  readonly bits: number;
  readonly alpha: boolean;
}

/** The kind of a PNG, or of a JPEG of grey or YCbCr; `null` of anything else. */
export function pictureKind(picture: Uint8Array): PictureKind | null {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  if (bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n') return pngKind(bytes);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const channels = jpegComponents(bytes);
  return channels === 1 || channels === 3 ? { format: 'jpeg', channels, bits: 8, alpha: false } : null;
}

/** Channels by a PNG's colour type; a palette is looked up. */
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

function pngKind(bytes: Buffer): PictureKind | null {
  if (bytes.length < 33) return null;
  const [bits, type] = [bytes.readUInt8(24), bytes.readUInt8(25)];
  const channels = PNG_CHANNELS[type];
  if (channels === undefined) return null;
  const transparent = hasTransparency(bytes);
  const alpha = channels % 2 === 0 || transparent;
  return { format: 'png', channels: type === 3 && transparent ? 4 : channels, bits, alpha };
}

/** Whether there is a chunk `tRNS` before the pixels. */
function hasTransparency(bytes: Buffer): boolean {
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'tRNS') return true;
    if (name === 'IDAT') return false;
  }
  return false;
}

/** The components that a JPEG's frame header names; 0 if there is no such header. */
function jpegComponents(bytes: Buffer): number {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes.readUInt8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return bytes.readUInt8(at + 9);
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2); // 0xff before a marker is filling.
  }
  return 0;
}
