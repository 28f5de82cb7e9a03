import { maskedCrc32c } from './crc32c.js';

/** A LevelDB table of one block, as TensorFlow writes it, without shared parts of keys. */
export function writeTable(entries: readonly { key: Uint8Array; value: Uint8Array }[]): Buffer {
  return writeRawTable(Buffer.concat(entries.map(({ key, value }) => entry(0, key, value))));
}

/** A table of one block that holds `entries` as they are. */
export function writeRawTable(entries: Buffer): Buffer {
  return writeTableOf(withRestarts(entries));
}

/** A table of one block, which is `bytes`, of whatever compression they are said to be. */
export function writeTableOf(bytes: Buffer, compression = 0): Buffer {
  const block = sealedBlock(bytes, compression);
  const handle = Buffer.concat([varint(0), varint(block.length - 5)]);
  const index = sealedBlock(withRestarts(entry(0, Buffer.from('~'), handle)), 0);
  const footer = Buffer.alloc(48);
  Buffer.concat([varint(0), varint(0), varint(block.length), varint(index.length - 5)]).copy(footer);
  footer.write('57fb808b247547db', 40, 'hex');
  return Buffer.concat([block, index, footer]);
}

/** An entry whose key begins with the first `shared` bytes of the one before. */
export function entry(shared: number, key: Uint8Array, value: Uint8Array): Buffer {
  return Buffer.concat([varint(shared), varint(key.length), varint(value.length), key, value]);
}

/** Writes the right checksum behind a block. */
export function seal(table: Buffer, offset: number, size: number): void {
  table.writeUInt32LE(maskedCrc32c(table.subarray(offset, offset + size + 1)), offset + size + 1);
}

/** A number in groups of seven bits, the lowest first. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

function withRestarts(entries: Buffer): Buffer {
  return Buffer.concat([entries, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0])]);
}

function sealedBlock(bytes: Buffer, compression: number): Buffer {
  const block = Buffer.concat([bytes, Buffer.from([compression, 0, 0, 0, 0])]);
  seal(block, 0, block.length - 5);
  return block;
}
