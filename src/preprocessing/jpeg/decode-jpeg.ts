import { Compiled } from '../compiled/compiled.js';
import { Layout, SLACK } from '../compiled/layout.js';
import type { Pixels } from '../decode.js';
import type { PictureLimits } from '../picture.js';
import type { Decoder } from '../preprocessing-config.js';
import { PROGRAM } from './decode.wasm.js';
import {
  coefficientBytes,
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

export interface WantedOfJpeg {
  /** 1: Pillow's grey of RGB; of TensorFlow the luma that is stored, and the grey of the RGB of inks, of which it makes none itself. */
  readonly channels: 1 | 3;
  readonly decoder: Decoder;
}

type Limits = Pick<PictureLimits, 'maxImagePixels' | 'requestTimeoutMs'>;
type Take = (bytes: number) => Uint8Array;

/**
 * Decodes a JPEG to the bit as Pillow does, or as `tf.io.decode_jpeg` and `tf.io.decode_image` do without being told otherwise, with
 * `dct_method='INTEGER_FAST'`; each as on x86-64, and the way up that it is stored. Blocks its thread.
 * @param take where the pixels are to be written
 * @returns its Exif orientation, too
 * @throws ServingError IMAGE_UNSUPPORTED
 * @throws Error where it is damaged, ends early, is larger than its header was read to say, or takes too long; or is progressive and not complete,
 * which Pillow would smooth
 */
export function decodeJpeg(
  picture: Uint8Array,
  wanted: WantedOfJpeg,
  limits: Limits,
  take: Take,
): { pixels: Pixels; orientation: number } {
  const jpeg = readJpeg(picture);
  if (jpeg.width * jpeg.height > limits.maxImagePixels) throw new Error('It has too many pixels.');
  if (wanted.decoder === 'pillow' && !jpeg.isComplete) throw new Error('It is not complete.');
  const pixels = decodeStored(picture, jpeg, wanted, limits, take);
  return { pixels, orientation: jpeg.orientation };
}

function decodeStored(
  picture: Uint8Array,
  jpeg: Jpeg,
  { channels, decoder }: WantedOfJpeg,
  { requestTimeoutMs }: Limits,
  take: Take,
): Pixels {
  const deadline = performance.now() + requestTimeoutMs;
  const inTime = (): void => {
    if (performance.now() > deadline) throw new Error('It takes too long.');
  };
  const { width, height, isProgressive } = jpeg;
  const units = unitsOf(jpeg);
  const isInBands = !isProgressive && jpeg.scans.length === 1 && units.down > BAND_UNITS + 1;
  const bandUnits = isInBands ? BAND_UNITS : units.down;

  const layout = new Layout(BEGIN);
  const file = layout.put(picture);
  const planes = placePlanes(jpeg, decoder === 'tensorflow', isInBands ? bandUnits + 1 : bandUnits, layout);
  const scans = jpeg.scans.map((scan) => placeScan(scan, jpeg, planes, layout, file));
  const output = channels === 3 ? OUTPUT.rgb : decoder === 'pillow' ? OUTPUT.grey : OUTPUT.luma;
  const read = output === OUTPUT.luma && jpeg.reading === READING.ycc ? planes.slice(0, 1) : planes;
  const parts = read.map((plane) => putParts([{ plane, isAlone: true, dc: 0, ac: 0 }], layout));
  const described = putDescriptions(read, layout);
  const band = layout.place(BAND * width * 3 + SLACK);
  const reading = decoder === 'pillow' ? asPillow(jpeg.reading) : jpeg.reading;

  return program.run(layout, ({ scan, transformAll, lines }, bytes) => {
    for (const { coefficients, blocks } of planes) {
      if (isProgressive) bytes.fill(0, coefficients, coefficients + coefficientBytes(blocks));
    }
    const data = take(width * height * channels);
    let done = 0;
    for (let top = 0; top < units.down; top += bandUnits) {
      const bottom = Math.min(units.down, top + bandUnits);
      if (top > 0) for (const plane of planes) nextBand(plane, top, bandUnits, bytes);
      for (const { what, units: own } of scans) {
        inTime();
        const rows = isInBands ? [top, bottom] : [0, own.down];
        const [first, end] = rows.map((row) => row * own.across);
        if (!scan(...what, first!, end!)) throw new Error('What a scan codes is nothing.');
      }
      if (isProgressive) read.forEach(({ blocks }, index) => transformAll(parts[index]!, blocks.down));
      // The last row of samples may be needed beside the first one of the next band.
      const ready = bottom === units.down ? height : bottom * units.rows - units.rows / BLOCK_ROWS;
      for (; done < ready; done += Math.min(BAND, ready - done)) {
        inTime();
        const rows = Math.min(BAND, ready - done);
        lines(reading, described.at, described.bytesEach, read.length, done, rows, width, output, band);
        data.set(bytes.subarray(band, band + rows * width * channels), done * width * channels);
      }
    }
    return { data, width, height, channels };
  });
}

const BLOCK_ROWS = 8;

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

/** Inks as colour.part.as counts them for Pillow. */
function asPillow(reading: Reading): number {
  switch (reading) {
    case READING.cmyk:
    case READING.invertedCmyk:
      return 6;
    case READING.ycck:
      return 7;
    default:
      return reading;
  }
}
