/** TIFF 6.0, tag 274. */
const ORIENTATION = 274;
const ENTRY = 12;
/** By their first four bytes; the second two of those that are wrong are taken by Pillow too. */
const BIG = ['MM\0*', 'MM*\0', 'MM\0+'];
const LITTLE = ['II*\0', 'II\0*'];

/** How a number of a type is read, and of how many bytes it is. */
type Read = readonly [bytes: number, read: (view: DataView, at: number, isLittle: boolean) => number];

/** By the types of TIFF that give numbers. Pillow takes each of them; one that is bytes or text is no number. */
const NUMBERS: ReadonlyMap<number, Read> = new Map<number, Read>([
  [3, [2, (view, at, isLittle) => view.getUint16(at, isLittle)]],
  [4, [4, (view, at, isLittle) => view.getUint32(at, isLittle)]],
  [5, [8, (view, at, isLittle) => view.getUint32(at, isLittle) / view.getUint32(at + 4, isLittle)]],
  [6, [1, (view, at) => view.getInt8(at)]],
  [8, [2, (view, at, isLittle) => view.getInt16(at, isLittle)]],
  [9, [4, (view, at, isLittle) => view.getInt32(at, isLittle)]],
  [10, [8, (view, at, isLittle) => view.getInt32(at, isLittle) / view.getInt32(at + 4, isLittle)]],
  [11, [4, (view, at, isLittle) => view.getFloat32(at, isLittle)]],
  [12, [8, (view, at, isLittle) => view.getFloat64(at, isLittle)]],
  [13, [4, (view, at, isLittle) => view.getUint32(at, isLittle)]],
  [16, [8, (view, at, isLittle) => Number(view.getBigUint64(at, isLittle))]],
]);
/** Those that are bytes or text, each of one. */
const BYTES = [1, 2, 7];

/**
 * The orientation that the first directory of TIFF data gives, as Pillow reads it: any number there, though TIFF wants a SHORT; `undefined` where there is none.
 * Where an entry is damaged or the data end, those before it hold.
 */
export function tiffOrientation(content: Uint8Array): number | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const isLittle = LITTLE.includes(latin1(content.subarray(0, 4)));
  if (!isLittle && !BIG.includes(latin1(content.subarray(0, 4)))) return undefined;
  try {
    return orientationIn(view, view.getUint32(4, isLittle), isLittle);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function orientationIn(view: DataView, directory: number, isLittle: boolean): number | undefined {
  const count = view.getUint16(directory, isLittle);
  let total = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const at = directory + 2 + entry * ENTRY;
    if (at + ENTRY > view.byteLength) return undefined;
    const type = view.getUint16(at + 2, isLittle);
    const [bytes, read] = NUMBERS.get(type) ?? [BYTES.includes(type) ? 1 : 0];
    const length = bytes * view.getUint32(at + 4, isLittle);
    let place = at + 8;
    if (length > 4) {
      place = view.getUint32(at + 8, isLittle);
      total += length;
      // Pillow passes over what cannot be in the data, and ends where they do.
      if (total > view.byteLength) continue;
      if (place + length > view.byteLength) return undefined;
    }
    if (length > 0 && view.getUint16(at, isLittle) === ORIENTATION) return read?.(view, place, isLittle) ?? 1;
  }
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
