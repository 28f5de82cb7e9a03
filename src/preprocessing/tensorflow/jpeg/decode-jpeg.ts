import { Compiled } from '../../compiled/compiled.js';
import { Layout } from '../../compiled/layout.js';
import type { Pixels } from '../../decode.js';
import type { PictureLimits } from '../../picture.js';
import { PROGRAM } from './decode.wasm.js';
import { coefficientBytes, partOf, PLANE_BYTES, placePlanes, placeScan } from './planes.js';
import { READING, readJpeg } from './read-jpeg.js';

/** `decode.as`, which says what its functions take. */
interface Functions {
  readonly scan: (...what: readonly number[]) => number;
  readonly transformAll: (component: number, rows: number) => void;
  readonly lines: (...what: readonly number[]) => void;
}

const program = new Compiled<Functions>(PROGRAM);
/** Its own tables lie before, in bytes: AssemblyScript lays them from 1024 on. */
const BEGIN = 2048;
/** So many rows become pixels at a time. */
const BAND = 32;

/**
 * Decodes a JPEG as `tf.io.decode_jpeg` and `tf.io.decode_image` do without being told otherwise, to the bit as on x86-64: with
 * `dct_method='INTEGER_FAST'` and fancy upscaling, the way up that it is stored. Blocks its thread.
 * @param channels 1: the luma that is stored; of CMYK, of which TensorFlow makes none, the grey of its RGB
 * @throws ServingError IMAGE_UNSUPPORTED
 * @throws Error where it is damaged, ends early, is larger than its header was read to say, or takes too long
 */
export function decodeJpeg(
  picture: Uint8Array,
  channels: 1 | 3,
  { maxImagePixels, requestTimeoutMs }: Pick<PictureLimits, 'maxImagePixels' | 'requestTimeoutMs'>,
): Pixels {
  const deadline = performance.now() + requestTimeoutMs;
  const inTime = (): void => {
    if (performance.now() > deadline) throw new Error('It takes too long.');
  };
  const jpeg = readJpeg(picture);
  const { width, height, reading, isProgressive } = jpeg;
  if (width * height > maxImagePixels) throw new Error('It has too many pixels.');
  const layout = new Layout(BEGIN);
  const file = layout.put(picture);
  const planes = placePlanes(jpeg, layout);
  const scans = jpeg.scans.map((scan) => placeScan(scan, jpeg, planes, layout, file));
  const read = channels === 1 && reading === READING.ycc ? planes.slice(0, 1) : planes;
  const parts = read.map((plane) => layout.put(Int32Array.from(partOf(plane, true, 0, 0))));
  const described = layout.put(Int32Array.from(read.flatMap(({ description }) => description)));
  const band = layout.place(BAND * width * 3);

  return program.run(layout, ({ scan, transformAll, lines }, bytes) => {
    if (isProgressive) {
      for (const { coefficients, blocks } of planes) {
        bytes.fill(0, coefficients, coefficients + coefficientBytes(blocks));
      }
    }
    for (const what of scans) {
      inTime();
      if (!scan(...what)) throw new Error('What a scan codes is nothing.');
    }
    if (isProgressive) read.forEach(({ blocks }, index) => transformAll(parts[index]!, blocks.down));
    const data = new Uint8Array(width * height * channels);
    for (let first = 0; first < height; first += BAND) {
      inTime();
      const rows = Math.min(BAND, height - first);
      lines(reading, described, PLANE_BYTES, read.length, first, rows, width, channels, band);
      const bytesOfBand = rows * width * channels;
      data.set(bytes.subarray(band, band + bytesOfBand), first * width * channels);
    }
    return { data, width, height, channels };
  });
}
