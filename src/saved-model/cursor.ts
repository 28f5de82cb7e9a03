/** Why bytes cannot be read on. */
export class CursorFault extends Error {}

/** Reads numbers, little-endian, from bytes in order, and never beyond their end. */
export class Cursor {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.end - this.position;
  }

  /** A number of up to 2^53 - 1 in groups of seven bits, the lowest first. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.take(1)[0]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new CursorFault('has a number out of range');
  }

  uint32(): number {
    this.take(4);
    return this.view.getUint32(this.position - 4, true);
  }

  /** The next bytes, not copied. */
  take(size: number): Uint8Array {
    if (size > this.left) throw new CursorFault('ends too early');
    this.position += size;
    return this.bytes.subarray(this.position - size, this.position);
  }
}
