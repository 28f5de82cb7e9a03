import { Compiled } from '../compiled/compiled.js';
import { Layout, SLACK } from '../compiled/layout.js';
import type { Pixels } from '../pixels.js';
import type { PictureLimits } from '../picture.js';
import type { Decoder } from '../preprocessing-config.js';
import { PROGRAM } from './decode.wasm.js';
import { JpegError } from './jpeg-error.js';
import {
  BLOCK,
  coefficientBytes,
  type PlacedScan,
  type Plane,
  placePlanes,
  placeScan,
  putDescriptions,
  putParts,
  unitsOf,
} from './planes.js';
import { type Jpeg, READING, type Reading, readJpeg } from './read-jpeg.js';

/** `decode.as`, which says what its functions take. */
interface Functions {
  readonly scan: (...what: readonly number[]) => number;
  readonly transformAll: (component: number, rows: number) => void;
  readonly lines: (...what: readonly number[]) => void;
}

const program = new Compiled<Functions>(PROGRAM);
/** Its own tables lie before, in bytes: AssemblyScript lays them from 1024 on. */
const BEGIN = 2048;
/** So many rows of units are decoded before they become pixels, where the file has one after the other: the processor's cache can hold them. */
const BAND_UNITS = 4;
/** So many rows become pixels at a time. */
const BAND = 32;
/** Of WebAssembly, in bytes. */
const MOST_MEMORY = 2 ** 32;

export interface WantedOfJpeg {
  /** 1: Pillow's grey of RGB; of TensorFlow the luma that is stored, and the grey of the RGB of inks, of which it makes none itself. */
  readonly channels: 1 | 3;
  readonly decoder: Decoder;
  /** Absent: the one that the decoder takes without being told otherwise. */
  readonly transform?: 'fast' | 'accurate';
}

type Limits = Pick<PictureLimits, 'maxImagePixels' | 'requestTimeoutMs'>;
type Take = (bytes: number) => Uint8Array;

/**
 * Decodes a JPEG to the bit as Pillow does, or as `tf.io.decode_jpeg` and `tf.io.decode_image` do without being told otherwise, with
 * `dct_method='INTEGER_FAST'`; each as on x86-64, and the way up that it is stored. Blocks its thread.
 * @param take where the pixels are to be written
 * @throws ServingError IMAGE_UNSUPPORTED
 * @throws JpegError where it is damaged, ends early, is larger than its header was read to say, or takes too long; or is progressive and not complete,
 * which Pillow would smooth
 */
export function decodeJpeg(picture: Uint8Array, wanted: WantedOfJpeg, limits: Limits, take: Take): Pixels {
  const jpeg = readJpeg(picture);
  if (jpeg.width * jpeg.height > limits.maxImagePixels) throw new JpegError('It has too many pixels.');
  if (wanted.decoder === 'pillow' && !jpeg.isComplete) throw new JpegError('It is not complete.');
  const deadline = performance.now() + limits.requestTimeoutMs;
  const inTime = (): void => {
    if (performance.now() > deadline) throw new JpegError('It takes too long.');
  };
  const placed = place(picture, jpeg, wanted);
  if (placed.layout.size > MOST_MEMORY) throw new JpegError('It takes more memory than a program can have.');
  const data = take(jpeg.width * jpeg.height * wanted.channels);
  program.run(placed.layout, (functions, bytes) => decodeBands(placed, jpeg, functions, bytes, data, inTime));
  const { width, height } = jpeg;
  return { data, width, height, channels: wanted.channels };
}

/** Where all that a picture needs lies in the program's memory. */
interface Placed {
  readonly layout: Layout;
  readonly planes: readonly Plane[];
  readonly scans: readonly PlacedScan[];
  /** Planes that pixels are made of: of grey ones it may be the first alone. */
  readonly read: readonly Plane[];
  /** Addresses of those as components of a scan, for a progressive picture. */
  readonly parts: readonly number[];
  /** Address of some rows of pixels. */
  readonly band: number;
  /** What `lines` is called with before the rows, and after them. */
  readonly before: readonly number[];
  readonly output: number;
  /** So many rows of units are decoded at a time. */
  readonly bandUnits: number;
}

function place(picture: Uint8Array, jpeg: Jpeg, wanted: WantedOfJpeg): Placed {
  const { channels, decoder, transform = decoder === 'pillow' ? 'accurate' : 'fast' } = wanted;
  const { down } = unitsOf(jpeg);
  const isInBands = !jpeg.isProgressive && jpeg.scans.length === 1 && down > BAND_UNITS + 1;
  const bandUnits = isInBands ? BAND_UNITS : down;
  const layout = new Layout(BEGIN);
  const file = layout.put(picture);
  const planes = placePlanes(jpeg, transform === 'fast', isInBands ? bandUnits + 1 : bandUnits, layout);
  const scans = jpeg.scans.map((scan) => placeScan(scan, jpeg, planes, layout, file));
  const output = channels === 3 ? OUTPUT.rgb : decoder === 'pillow' ? OUTPUT.grey : OUTPUT.luma;
  const read = output === OUTPUT.luma && jpeg.reading === READING.ycc ? planes.slice(0, 1) : planes;
  const parts = jpeg.isProgressive
    ? read.map((plane) => putParts([{ plane, isAlone: true, dc: 0, ac: 0 }], layout))
    : [];
  const { at, bytesEach } = putDescriptions(read, layout);
  const reading = decoder === 'pillow' ? asPillow(jpeg.reading) : jpeg.reading;
  const band = layout.place(BAND * jpeg.width * 3 + SLACK);
  return {
    layout,
    planes,
    scans,
    read,
    parts,
    band,
    before: [reading, at, bytesEach, read.length],
    output,
    bandUnits,
  };
}

/** @param inTime throws where it takes too long */
function decodeBands(
  { planes, scans, read, parts, band, before, output, bandUnits }: Placed,
  jpeg: Jpeg,
  { scan, transformAll, lines }: Functions,
  bytes: Uint8Array,
  data: Uint8Array,
  inTime: () => void,
): void {
  const { width, height, isProgressive } = jpeg;
  const units = unitsOf(jpeg);
  const rowBytes = data.length / height;
  if (isProgressive) for (const plane of planes) clearCoefficients(plane, bytes);
  let done = 0;
  for (let top = 0; top < units.down; top += bandUnits) {
    const bottom = Math.min(units.down, top + bandUnits);
    if (top > 0) for (const plane of planes) nextBand(plane, top, bandUnits, bytes);
    for (const { what, units: own } of scans) {
      inTime();
      // A scan of one component has rows of its own; then all is decoded at once.
      const end = bottom === units.down ? own.down : bottom;
      if (!scan(...what, top * own.across, end * own.across))
        throw new JpegError('What a scan codes is nothing.');
    }
    for (const [index, part] of parts.entries()) transformAll(part, read[index]!.blocks.down);
    // The last samples before the next band may be blended with its first ones.
    const ready = bottom === units.down ? height : bottom * units.rows - units.rows / BLOCK;
    while (done < ready) {
      inTime();
      const rows = Math.min(BAND, ready - done);
      lines(...before, done, rows, width, output, band);
      data.set(bytes.subarray(band, band + rows * rowBytes), done * rowBytes);
      done += rows;
    }
  }
}

function clearCoefficients({ coefficients, blocks }: Plane, bytes: Uint8Array): void {
  bytes.fill(0, coefficients, coefficients + coefficientBytes(blocks));
}

/** Moves the last row of units before those from `top` on to where memory begins, and says so. */
function nextBand(
  { samples, unitRowBytes, saidAt }: Plane,
  top: number,
  bandUnits: number,
  bytes: Uint8Array,
): void {
  // The first band begins with memory, all others behind the row that was moved.
  const last = top === bandUnits ? bandUnits - 1 : bandUnits;
  bytes.copyWithin(samples, samples + last * unitRowBytes, samples + (last + 1) * unitRowBytes);
  const words = new Int32Array(bytes.buffer);
  for (const at of saidAt) words[at / Int32Array.BYTES_PER_ELEMENT] = samples - (top - 1) * unitRowBytes;
}

/** As decode.as counts them. */
const OUTPUT = { rgb: 0, luma: 1, grey: 2 } as const;

/** Pillow takes all inks to be inverted, and rounds. */
function asPillow(reading: Reading): Reading {
  switch (reading) {
    case READING.cmyk:
    case READING.invertedCmyk:
      return READING.roundedCmyk;
    case READING.ycck:
      return READING.roundedYcck;
    default:
      return reading;
  }
}
