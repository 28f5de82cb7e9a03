import { ServingError } from '../../errors/serving-error.js';
import { DamagedPicture } from '../damaged-picture.js';
import type { SizeAndInk } from '../picture-size.js';

/** The tags of TIFF 6.0 that say how pixels are stored; what they are where a file does not say so. */
const TAGS = {
  width: [256, undefined],
  height: [257, undefined],
  bits: [258, 1],
  compression: [259, 1],
  photometric: [262, undefined],
  samples: [277, 1],
  extra: [338, undefined],
  format: [339, 1],
} as const satisfies Readonly<Record<string, readonly [tag: number, otherwise: number | undefined]>>;

type Tags = Readonly<Record<keyof typeof TAGS, number | undefined>>;

const ENTRY = 12;
const LITTLE_ENDIAN = 0x4949;
const CLASSIC = 42;
/** Bytes of a value by its type: BYTE, SHORT and LONG. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

/** None, CCITT, LZW, JPEG, Deflate in both its numbers, PackBits. */
const COMPRESSIONS = [1, 3, 4, 5, 7, 8, 32_946, 32_773];
const JPEG = 7;
const UNSIGNED = 1;
/** Alpha that the colours are not multiplied by. */
const STRAIGHT_ALPHA = 2;

/** By photometric interpretation: the bits and samples of pixels that libvips and Pillow read alike. */
const LIKE_PILLOW: Readonly<Record<number, { bits: readonly number[]; samples: readonly number[] }>> = {
  0: { bits: [1, 8], samples: [1] },
  1: { bits: [1, 8, 16], samples: [1, 2] },
  2: { bits: [8, 16], samples: [3, 4] },
  3: { bits: [8], samples: [1] },
  5: { bits: [8], samples: [4] },
  6: { bits: [8], samples: [3] },
};
const INKS = 5;
const YCBCR = 6;

/**
 * Reads the first directory of a TIFF: of its first page. Whatever libvips would read otherwise than Pillow is refused by name.
 * @throws DamagedPicture, RangeError where the file ends before, ServingError IMAGE_UNSUPPORTED
 */
export function readTiff(picture: Uint8Array): SizeAndInk {
  const bytes = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const isLittle = bytes.getUint16(0) === LITTLE_ENDIAN;
  if (bytes.getUint16(2, isLittle) !== CLASSIC) throw refused('with 64-bit offsets (BigTIFF)');
  const tags = readTags(bytes, isLittle);
  const { width, height, compression, photometric } = tags;
  if (!width || !height) throw new DamagedPicture('It has no pixels.');
  checkStorage(tags);
  if (!COMPRESSIONS.includes(compression!)) throw refused(`with compression ${compression}`);
  return { width, height, cmyk: photometric === INKS };
}

function checkStorage({ bits, compression, photometric, samples, extra, format }: Tags): void {
  if (photometric === undefined) throw new DamagedPicture('It does not say what its samples are.');
  const known = LIKE_PILLOW[photometric];
  if (known === undefined || (photometric === YCBCR && compression !== JPEG)) {
    throw refused(`of photometric interpretation ${photometric}`);
  }
  if (!known.bits.includes(bits!) || format !== UNSIGNED) {
    throw refused(`with ${bits} bits a sample${format === UNSIGNED ? '' : ', signed or fractions'}`);
  }
  if (!known.samples.includes(samples!)) throw refused(`with ${samples} samples a pixel`);
  const isStraight = extra === undefined || extra === STRAIGHT_ALPHA;
  if (!isStraight)
    throw refused('with a fourth sample that is no alpha, or one that the colours are multiplied by');
  // Of two, one is more than grey, and what it is has to be said.
  if (samples === 2 && (extra === undefined || bits !== 8)) throw refused('with two samples a pixel');
}

/** The first value of each tag; of bits and formats, those of all samples have to be the same. */
function readTags(bytes: DataView, isLittle: boolean): Tags {
  const found = new Map<number, number>();
  const directory = bytes.getUint32(4, isLittle);
  const count = bytes.getUint16(directory, isLittle);
  for (let entry = 0; entry < count; entry += 1) {
    const at = directory + 2 + entry * ENTRY;
    const tag = bytes.getUint16(at, isLittle);
    if (!Object.values(TAGS).some(([known]) => known === tag)) continue;
    found.set(tag, valueAt(bytes, at, isLittle));
  }
  const values = Object.entries(TAGS).map(([name, [tag, otherwise]]) => [name, found.get(tag) ?? otherwise]);
  return Object.fromEntries(values) as Tags;
}

function valueAt(bytes: DataView, entry: number, isLittle: boolean): number {
  const length = VALUE_BYTES[bytes.getUint16(entry + 2, isLittle)];
  const count = bytes.getUint32(entry + 4, isLittle);
  if (length === undefined || count === 0) throw new DamagedPicture('A tag has no number.');
  const start = length * count <= 4 ? entry + 8 : bytes.getUint32(entry + 8, isLittle);
  const values = Array.from({ length: Math.min(count, 8) }, (_, index) => {
    const at = start + index * length;
    if (length === 1) return bytes.getUint8(at);
    return length === 2 ? bytes.getUint16(at, isLittle) : bytes.getUint32(at, isLittle);
  });
  if (values.some((value) => value !== values[0])) throw refused('whose samples differ in their kind');
  return values[0]!;
}

function refused(what: string): ServingError {
  return new ServingError('IMAGE_UNSUPPORTED', `The picture is a TIFF ${what}; send it as PNG or JPEG.`);
}
