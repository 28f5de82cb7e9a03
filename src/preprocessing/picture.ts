import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { isServed, SERVED_FORMATS, type ServedFormat, sniffFormat } from './picture-format.js';
import { sharp } from '../images/sharp.js';

/** What the settings allow one picture to be. */
export type PictureLimits = Pick<Settings, 'maxImageBytes' | 'maxImagePixels' | 'requestTimeoutMs'>;

/** What is known of a picture from its first bytes, before anything is decoded. */
export interface PictureHeader {
  readonly format: ServedFormat;
  readonly cmyk: boolean;
  readonly grey: boolean;
  readonly alpha: boolean;
}

/** How libvips is to open a picture: obey its EXIF orientation, ignore its colour profile as training code does. */
export function open(picture: Uint8Array, { maxImagePixels, requestTimeoutMs }: PictureLimits) {
  return sharp(picture, {
    limitInputPixels: maxImagePixels,
    // Refuses what Pillow and TensorFlow refuse (an end that is missing, checksums of pixels that are wrong); takes
    // what is merely odd and they take as well, such as stray bytes between JPEG markers.
    failOn: 'error',
    ignoreIcc: true,
    autoOrient: true,
  }).timeout({ seconds: Math.ceil(requestTimeoutMs / 1000) });
}

/**
 * The cheap half of the checks, without a thread: size in bytes, format by content.
 * @throws ServingError IMAGE_TOO_LARGE, IMAGE_UNREADABLE (no bytes at all), IMAGE_UNSUPPORTED
 */
export function checkFormat(picture: Uint8Array, { maxImageBytes }: PictureLimits): ServedFormat {
  if (picture.length === 0) throw new ServingError('IMAGE_UNREADABLE', 'The picture is empty.');
  if (picture.length > maxImageBytes) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${count(picture.length)} bytes; at most ${count(maxImageBytes)} are accepted.`,
    );
  }
  const format = sniffFormat(picture);
  if (isServed(format)) return format;
  const found = format === undefined ? 'of no known picture format' : format;
  throw new ServingError('IMAGE_UNSUPPORTED', `The picture is ${found}; accepted are ${ACCEPTED}.`);
}

/**
 * Reads the header and holds its claims against the limits, so that a bomb costs no memory.
 * @throws ServingError those of `checkFormat`, IMAGE_TOO_LARGE (pixels), IMAGE_UNREADABLE
 */
export async function readHeader(picture: Uint8Array, limits: PictureLimits): Promise<PictureHeader> {
  const format = checkFormat(picture, limits);
  const header = await sharp(picture, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(format, cause);
    });
  const { width, height, space, hasAlpha } = header;
  if (width * height > limits.maxImagePixels) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} × ${height} = ${count(width * height)} pixels; ` +
        `at most ${count(limits.maxImagePixels)} are accepted.`,
    );
  }
  const grey = space === 'b-w' || space === 'grey16';
  return { format, cmyk: space === 'cmyk', grey, alpha: hasAlpha };
}

/** What libvips says goes to the log only: it names its own parts. */
export function unreadable(format: ServedFormat, cause: unknown): ServingError {
  return new ServingError(
    'IMAGE_UNREADABLE',
    `The picture begins as ${format} but cannot be decoded: it is damaged or incomplete.`,
    { cause },
  );
}

const ACCEPTED = `${SERVED_FORMATS.slice(0, -1).join(', ')} and ${SERVED_FORMATS.at(-1)}`;

function count(number: number): string {
  return number.toLocaleString('en-US');
}
