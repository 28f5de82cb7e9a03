import { snappyUncompressor } from 'hysnappy';
import { Cursor, CursorFault } from './cursor.js';

/** The most that snappy makes of a byte: three of them copy up to 64 from what came before. */
const MOST_PER_BYTE = 64 / 3;

/** All blocks of a file together, decompressed. */
const MAX_BYTES = 64 * 1024 ** 2;

type Decompress = ReturnType<typeof snappyUncompressor>;

/** Decompresses the blocks of one file: how much that may be is known, and bounded, before anything is. */
export class SnappyBlocks {
  private total = 0;
  private run: Decompress | undefined;

  /** @throws CursorFault if the block is damaged, or asks for more than it can hold */
  decompress(block: Uint8Array): Uint8Array {
    const size = new Cursor(block).varint();
    if (size > block.length * MOST_PER_BYTE)
      throw new CursorFault(`has a block of ${block.length} bytes that claims to hold ${size}`);
    this.total += size;
    if (this.total > MAX_BYTES)
      throw new CursorFault(`holds more than ${MAX_BYTES} bytes once it is decompressed`);
    this.run ??= snappyUncompressor();
    try {
      return this.run(block, size);
    } catch {
      throw new CursorFault('has a block whose snappy compression is damaged');
    }
  }
}
