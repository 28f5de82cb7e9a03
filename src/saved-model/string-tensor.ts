import { extend, mask } from './crc32c.js';
import { Cursor, CursorFault } from './cursor.js';

/**
 * Takes a string tensor of a variables bundle apart and verifies its checksum.
 *
 * It is stored as the length of each string, a varint; a masked checksum of the lengths; and the strings. The
 * checksums are of the lengths as uint32 (as uint64 those above 4 GiB, which are refused here), then of the stored
 * checksum, then of the strings (TensorFlow, `tensor_bundle.cc`, `WriteStringTensor`).
 * @param count number of strings
 * @param checksum the masked one of the bundle's entry
 * @returns the strings, which look into `bytes`
 * @throws CursorFault
 */
export function readStringTensor(bytes: Uint8Array, count: number, checksum: number): Uint8Array[] {
  if (count > bytes.length) throw new CursorFault('ends too early');
  const cursor = new Cursor(bytes);
  const lengths = Buffer.alloc(4 * count);
  let total = 0;
  for (let index = 0; index < count; index++) {
    const length = cursor.varint();
    total += length;
    if (total > bytes.length) throw new CursorFault('ends too early');
    lengths.writeUInt32LE(length, 4 * index);
  }
  const ofLengths = extend(0, lengths);
  const stored = cursor.take(4);
  if (mask(ofLengths) !== new Cursor(stored).uint32())
    throw new CursorFault('has a wrong checksum of lengths');
  if (cursor.left !== total) throw new CursorFault('has lengths that do not fit its size');
  const strings = bytes.subarray(cursor.position);
  if (mask(extend(extend(ofLengths, stored), strings)) !== checksum)
    throw new CursorFault('has a wrong checksum');
  return Array.from({ length: count }, (_, index) => cursor.take(lengths.readUInt32LE(4 * index)));
}
