import { maskedCrc32c } from './crc32c.js';
import { Cursor, CursorFault } from './cursor.js';
import { SavedModelError } from './saved-model.errors.js';
import { SnappyBlocks } from './snappy-blocks.js';

const FOOTER_BYTES = 48;
/** A byte for the compression and four for the checksum. */
const TRAILER_BYTES = 5;
/** TensorFlow's `core/lib/io/table_options.h` has these two. */
const NONE = 0;
const SNAPPY = 1;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const MAX_KEY_BYTES = 16 * 1024;
/** Keys are stored by what differs from the key before: a small file can hold very long ones. */
const MAX_KEYS_BYTES = 64 * 1024 ** 2;
/** Each is an object in memory, and takes a byte or less of a compressed file. */
const MAX_ENTRIES = 250_000;

export interface TableEntry {
  readonly key: Buffer;
  /** Looks into the file's bytes, or into a block's once it is decompressed. */
  readonly value: Uint8Array;
}

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads a whole LevelDB table (LevelDB, `doc/table_format.md`): its entries in the order of their keys, which
 * are distinct. Every block's checksum is verified. A block may be compressed with snappy, as some builds of TensorFlow write it.
 * @param file how the errors name it
 * @throws SavedModelError
 */
export function readTable(bytes: Uint8Array, file: string): TableEntry[] {
  try {
    return new Table(bytes).entries();
  } catch (error) {
    if (error instanceof CursorFault) throw new SavedModelError(file, `is damaged: it ${error.message}`);
    throw error;
  }
}

class Table {
  private keysBytes = 0;
  private count = 0;
  private readonly snappy = new SnappyBlocks();

  constructor(private readonly bytes: Uint8Array) {}

  entries(): TableEntry[] {
    const footer = this.bytes.length - FOOTER_BYTES;
    if (footer < 0 || !MAGIC.equals(this.bytes.subarray(-MAGIC.length))) {
      throw new CursorFault('does not end as a LevelDB table does');
    }
    const cursor = new Cursor(this.bytes, footer);
    readHandle(cursor); // Of the block of filters and statistics, which TensorFlow leaves empty.
    const index = readHandle(cursor);

    const entries: TableEntry[] = [];
    let free = 0;
    for (const { value } of this.block(index)) {
      const handle = readHandle(new Cursor(value));
      // Blocks lie one after the other: no byte of the file is read twice.
      if (handle.offset < free) throw new CursorFault('has blocks that overlap');
      free = handle.offset + handle.size + TRAILER_BYTES;
      for (const entry of this.block(handle)) {
        const before = entries.at(-1);
        if (before && Buffer.compare(before.key, entry.key) >= 0)
          throw new CursorFault('has keys out of order');
        entries.push(entry);
      }
    }
    return entries;
  }

  private block({ offset, size }: BlockHandle): TableEntry[] {
    const end = offset + size;
    if (end + TRAILER_BYTES > this.bytes.length - FOOTER_BYTES)
      throw new CursorFault('has a block beyond its end');
    const trailer = new Cursor(this.bytes, end);
    const compression = trailer.take(1)[0]!;
    if (maskedCrc32c(this.bytes.subarray(offset, end + 1)) !== trailer.uint32()) {
      throw new CursorFault(`has a wrong checksum for its block at byte ${offset}`);
    }
    const block = this.plain(this.bytes.subarray(offset, end), compression);
    return this.blockEntries(new Cursor(block, 0, restarts(block)));
  }

  private plain(block: Uint8Array, compression: number): Uint8Array {
    if (compression === NONE) return block;
    if (compression === SNAPPY) return this.snappy.decompress(block);
    throw new CursorFault(`has a block of compression ${compression}, which TensorFlow does not read either`);
  }

  private blockEntries(cursor: Cursor): TableEntry[] {
    const entries: TableEntry[] = [];
    let key: Buffer = Buffer.alloc(0);
    while (cursor.left > 0) {
      const shared = cursor.varint();
      const fresh = cursor.varint();
      const valueBytes = cursor.varint();
      if (shared > key.length) throw new CursorFault('has a key that shares more than there is');
      this.keysBytes += shared + fresh;
      if (shared + fresh > MAX_KEY_BYTES || this.keysBytes > MAX_KEYS_BYTES) {
        throw new CursorFault('has longer keys than this server reads');
      }
      if (++this.count > MAX_ENTRIES) throw new CursorFault(`has more than ${MAX_ENTRIES} entries`);
      key = Buffer.concat([key.subarray(0, shared), cursor.take(fresh)]);
      entries.push({ key, value: cursor.take(valueBytes) });
    }
    return entries;
  }
}

/** Where the list of restart points begins, which ends the entries; a reader of all of them needs none. */
function restarts(block: Uint8Array): number {
  if (block.length < 4) throw new CursorFault('has a block without restart points');
  const begin = block.length - 4 - 4 * new Cursor(block, block.length - 4).uint32();
  if (begin < 0) throw new CursorFault('has a block with a wrong number of restart points');
  return begin;
}

function readHandle(cursor: Cursor): BlockHandle {
  return { offset: cursor.varint(), size: cursor.varint() };
}
