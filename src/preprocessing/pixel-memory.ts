/** What is kept, in bytes: enough for a picture of 16 million pixels, as cameras make them. */
const MOST_KEPT = 48 * 2 ** 20;

/** Memory for the pixels of one picture after the other, so that not each has to be given new by the system. */
export class PixelMemory {
  private spare: ArrayBuffer | undefined;
  private readonly lent = new WeakSet<ArrayBufferLike>();

  /** @returns so many bytes, whatever is in them, which belong to the caller until they are given back */
  take(bytes: number): Uint8Array {
    const { spare } = this;
    const buffer = spare && spare.byteLength >= bytes ? spare : new ArrayBuffer(bytes);
    if (buffer === spare) this.spare = undefined;
    this.lent.add(buffer);
    return new Uint8Array(buffer, 0, bytes);
  }

  /**
   * Nobody may look into them any more.
   * @returns whether they came from here; if not, nothing is done
   */
  giveBack({ buffer }: Uint8Array): boolean {
    if (!this.lent.delete(buffer)) return false;
    const kept = buffer as ArrayBuffer;
    if (kept.byteLength <= MOST_KEPT && kept.byteLength > (this.spare?.byteLength ?? 0)) this.spare = kept;
    return true;
  }
}
