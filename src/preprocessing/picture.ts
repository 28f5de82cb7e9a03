import type { Metadata, Sharp } from 'sharp';
import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import type { Channels } from './image-input.js';
import type { Size } from './preprocessing-config.js';
import { isServed, SERVED_FORMATS, type ServedFormat, sniffFormat } from './picture-format.js';
import { readSize, type SizeAndInk } from './picture-size.js';
import { sharp } from '../images/sharp.js';

/** What the settings allow one picture to be. */
export type PictureLimits = Pick<Settings, 'maxImageBytes' | 'maxImagePixels' | 'requestTimeoutMs'>;

/** What is known of a picture from its first bytes, before anything is decoded. */
export interface PictureHeader extends Size {
  readonly format: ServedFormat;
  readonly cmyk: boolean;
}

/** How libvips is to open a picture: as it is stored, its colour profile ignored as training code does. */
export function open(picture: Uint8Array, { maxImagePixels, requestTimeoutMs }: PictureLimits): Sharp {
  return sharp(picture, {
    limitInputPixels: maxImagePixels,
    // Refuses what Pillow and TensorFlow refuse (an end that is missing, checksums of pixels that are wrong); takes
    // what is merely odd and they take as well, such as stray bytes between JPEG markers.
    failOn: 'error',
    ignoreIcc: true,
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
  const { width, height, cmyk } = readSize(picture, format) ?? (await readSizeByLibvips(picture, format));
  if (width * height > limits.maxImagePixels) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} × ${height} = ${count(width * height)} pixels; ` +
        `at most ${count(limits.maxImagePixels)} are accepted.`,
    );
  }
  return { format, width, height, cmyk };
}

async function readSizeByLibvips(picture: Uint8Array, format: ServedFormat): Promise<SizeAndInk> {
  const { width, height, space } = await readMetadata(picture, format);
  return { width, height, cmyk: space === 'cmyk' };
}

/**
 * How many channels a picture has, grey becoming RGB only if it has alpha.
 * @throws ServingError IMAGE_UNREADABLE
 */
export async function readOwnChannels(picture: Uint8Array, format: ServedFormat): Promise<Channels> {
  const { space, hasAlpha } = await readMetadata(picture, format);
  if (hasAlpha) return 4;
  return space === 'b-w' || space === 'grey16' ? 1 : 3;
}

function readMetadata(picture: Uint8Array, format: ServedFormat): Promise<Metadata> {
  return sharp(picture, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(format, cause);
    });
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
