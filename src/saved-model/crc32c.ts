import { crc32c } from '@node-rs/crc32';

const MASK_DELTA = 0xa282ead8;

/**
 * The checksum of LevelDB's and TensorFlow's files: CRC-32C, rotated and shifted so that a checksum of bytes that hold
 * a checksum is no weaker (LevelDB, `util/crc32c.h`).
 */
export function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/** The checksum, unmasked, of `bytes` after those whose checksum is `before`. */
export function extend(before: number, bytes: Uint8Array): number {
  return crc32c(bytes, before);
}

export function maskedCrc32c(bytes: Uint8Array): number {
  return mask(extend(0, bytes));
}
