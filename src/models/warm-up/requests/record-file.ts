import { maskedCrc32c } from '../../../saved-model/crc32c.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';

const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 4;

/**
 * The records of a TFRecord file, in order; they look into `bytes`. Each is its length, a uint64; the masked checksum of
 * that; the data; the masked checksum of the data; all little-endian (TensorFlow, `lib/io/record_writer.h`).
 * @throws SavedModelError at the first that is damaged
 */
export function* recordsOf(bytes: Buffer, file: string, maxRecords: number): Generator<Uint8Array> {
  let position = 0;
  for (let number = 1; position < bytes.length; number++) {
    if (number > maxRecords) throw new SavedModelError(file, `has more than ${maxRecords} records`);
    const left = bytes.length - position;
    const header = bytes.subarray(position, position + HEADER_BYTES);
    if (header.length < HEADER_BYTES) throw new SavedModelError(file, `ends within record ${number}`);
    if (maskedCrc32c(header.subarray(0, 8)) !== header.readUInt32LE(8))
      throw new SavedModelError(file, `has a record ${number} with a wrong checksum of its length`);
    const size = Number(header.readBigUInt64LE(0));
    if (size > left - HEADER_BYTES - CHECKSUM_BYTES)
      throw new SavedModelError(file, `ends within record ${number}`);
    const data = bytes.subarray(position + HEADER_BYTES, position + HEADER_BYTES + size);
    if (maskedCrc32c(data) !== bytes.readUInt32LE(position + HEADER_BYTES + size))
      throw new SavedModelError(file, `has a record ${number} with a wrong checksum`);
    yield new Uint8Array(data.buffer, data.byteOffset, data.length);
    position += HEADER_BYTES + size + CHECKSUM_BYTES;
  }
}
