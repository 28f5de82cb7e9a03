import { DamagedPicture } from '../damaged-picture.js';

/** A box of the ISO base media file format (ISO/IEC 14496-12, 4.2): its type in four letters, and its bytes. */
export interface Box {
  readonly type: string;
  /** With its head. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** More are in no picture. */
const MOST_BOXES = 10_000;

/** The boxes that lie one after the other. @throws DamagedPicture, RangeError where they end before they say */
export function boxesIn(bytes: Buffer): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at < bytes.length;) {
    const [size, head] = sizeOf(bytes, at);
    if (size < head || at + size > bytes.length) throw new DamagedPicture('A box ends beyond the file.');
    if (boxes.length === MOST_BOXES) throw new DamagedPicture('It has too many boxes.');
    const type = bytes.toString('latin1', at + 4, at + 8);
    const whole = bytes.subarray(at, at + size);
    boxes.push({ type, whole, content: whole.subarray(head) });
    at += size;
  }
  return boxes;
}

/** The size of a box and of its head; 1 stands for a size of 64 bits, 0 for all that is left. */
function sizeOf(bytes: Buffer, at: number): readonly [size: number, head: number] {
  const size = bytes.readUInt32BE(at);
  if (size === 1) return [Number(bytes.readBigUInt64BE(at + 8)), 16];
  return [size === 0 ? bytes.length - at : size, 8];
}

export function boxOf(type: string, ...content: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.reduce((sum, { length }) => sum + length, 8));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}

/** @throws DamagedPicture where there is none */
export function boxNamed(boxes: readonly Box[], type: string): Box {
  const box = boxes.find((one) => one.type === type);
  if (!box) throw new DamagedPicture(`It has no box ${type}.`);
  return box;
}
