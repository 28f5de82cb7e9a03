import type { Metadata, Sharp } from 'sharp';
import type { Settings } from '../config/settings.js';
import { ServingError } from '../errors/serving-error.js';
import { type DecodeEstimate, estimateDecode } from './decode-estimate.js';
import type { Channels } from './image-input.js';
import { hasTooManyScans, MOST_SCANS } from './jpeg/scans.js';
import type { Size } from './preprocessing-config.js';
import { ownSize } from './own-decoders.js';
import type { ReadableFormat } from '../images/formats.js';
import { isReadable, type PictureFormat, sniffFormat } from './picture-format.js';
import { readSize, type SizeAndInk } from './picture-size.js';
import { unreadable } from './unreadable.js';
import { sharp } from '../images/sharp.js';

/** What the settings allow one picture to be; some things without a limit, where no server is at work. */
export type PictureLimits = Pick<
  Settings,
  'imageFormats' | 'maxImageBytes' | 'maxImagePixels' | 'requestTimeoutMs'
> &
  Partial<Pick<Settings, 'maxImageSide' | 'maxDecodeBytes' | 'decodeTimeoutMs'>>;

/** What is known of a picture from its first bytes, before anything is decoded. */
export interface PictureHeader extends Size {
  readonly format: ReadableFormat;
  readonly cmyk: boolean;
}

/** How libvips is to open a picture: as it is stored, its colour profile ignored as training code does. */
export function open(picture: Uint8Array, limits: PictureLimits): Sharp {
  const { maxImagePixels } = limits;
  return sharp(picture, {
    limitInputPixels: maxImagePixels,
    // Refuses what Pillow and TensorFlow refuse (an end that is missing, checksums of pixels that are wrong); takes
    // what is merely odd and they take as well, such as stray bytes between JPEG markers.
    failOn: 'error',
    ignoreIcc: true,
  }).timeout({ seconds: Math.ceil(timeoutMsOf(limits) / 1000) });
}

/** How long a decode may take. */
export function timeoutMsOf({ requestTimeoutMs, decodeTimeoutMs = Infinity }: PictureLimits): number {
  return Math.min(requestTimeoutMs, decodeTimeoutMs);
}

/**
 * What needs no look at the header: size in bytes, format by content.
 * @throws ServingError IMAGE_TOO_LARGE, IMAGE_UNREADABLE (no bytes at all), IMAGE_UNSUPPORTED
 */
export function checkFormat(
  picture: Uint8Array,
  { imageFormats, maxImageBytes }: PictureLimits,
): ReadableFormat {
  if (picture.length === 0) throw new ServingError('IMAGE_UNREADABLE', 'The picture is empty.');
  if (picture.length > maxImageBytes) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${count(picture.length)} bytes; at most ${count(maxImageBytes)} are accepted.`,
    );
  }
  const format = sniffFormat(picture);
  if (isReadable(format) && imageFormats.includes(format)) return format;
  const found = format ?? 'of no known picture format';
  const sentence = `The picture is ${found}; accepted are ${listed(imageFormats)}.${wayOut(format)}`;
  throw new ServingError('IMAGE_UNSUPPORTED', sentence);
}

/**
 * Reads the header and holds its claims against the limits, so that a bomb costs neither memory nor time.
 * @throws ServingError those of `checkFormat`, IMAGE_TOO_LARGE (pixels, a side, memory), IMAGE_UNREADABLE (scans too)
 */
export async function readHeader(picture: Uint8Array, limits: PictureLimits): Promise<PictureHeader> {
  const format = checkFormat(picture, limits);
  const size = knownSize(picture, format) ?? (await sizeByLibvips(picture, format));
  checkScans(picture, format);
  checkClaims(picture, format, size, limits);
  return { format, ...size };
}

/** A larger file, in bytes, might be searched for longer than a request may keep others waiting. */
const QUICKLY_SEARCHED = 2 ** 20;

/**
 * The cheap half of the checks, without a thread, for who has to know what a decode takes before it begins. A picture of whose size
 * nothing is known counts as the largest.
 * @throws ServingError those of `readHeader`
 */
export function checkBeforeDecode(
  picture: Uint8Array,
  limits: PictureLimits,
): DecodeEstimate & { readonly format: ReadableFormat } {
  const format = checkFormat(picture, limits);
  if (picture.length <= QUICKLY_SEARCHED) checkScans(picture, format);
  const size = knownSize(picture, format);
  const estimate = size
    ? checkClaims(picture, format, size, limits)
    : estimateDecode(picture, format, limits.maxImagePixels);
  return { ...estimate, format };
}

/** @throws ServingError IMAGE_TOO_LARGE */
function checkClaims(
  picture: Uint8Array,
  format: ReadableFormat,
  size: Size,
  limits: PictureLimits,
): DecodeEstimate {
  checkSize(size, limits);
  const estimate = estimateDecode(picture, format, size.width * size.height);
  checkMemory(estimate, limits);
  return estimate;
}

/** @throws ServingError IMAGE_TOO_LARGE */
function checkSize(
  { width, height }: Size,
  { maxImagePixels, maxImageSide = Infinity }: PictureLimits,
): void {
  if (width * height > maxImagePixels) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} × ${height} = ${count(width * height)} pixels; ` +
        `at most ${count(maxImagePixels)} are accepted.`,
    );
  }
  if (Math.max(width, height) > maxImageSide) {
    throw new ServingError(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} × ${height} pixels; at most ${count(maxImageSide)} a side are accepted.`,
    );
  }
}

/** @throws ServingError IMAGE_UNREADABLE */
export function checkScans(picture: Uint8Array, format: ReadableFormat): void {
  if (format !== 'JPEG' || !hasTooManyScans(picture)) return;
  throw new ServingError(
    'IMAGE_UNREADABLE',
    `The picture is a JPEG of more than ${MOST_SCANS} scans. Save it as a JPEG that is not progressive, or with fewer scans.`,
  );
}

/** @throws ServingError IMAGE_TOO_LARGE */
function checkMemory({ bytes }: DecodeEstimate, { maxDecodeBytes = Infinity }: PictureLimits): void {
  if (bytes <= maxDecodeBytes) return;
  const [needed, most] = [Math.ceil(bytes / 2 ** 20), Math.floor(maxDecodeBytes / 2 ** 20)].map(count);
  throw new ServingError(
    'IMAGE_TOO_LARGE',
    `The picture would take ${needed} MiB of memory while it is decoded; at most ${most} are accepted. ` +
      'Send it smaller, or saved another way: not progressive, not interlaced, with eight bits a channel.',
  );
}

function knownSize(picture: Uint8Array, format: ReadableFormat): SizeAndInk | undefined {
  return ownSize(picture, format) ?? readSize(picture, format);
}

async function sizeByLibvips(picture: Uint8Array, format: ReadableFormat): Promise<SizeAndInk> {
  const { width, height, space } = await readMetadata(picture, format);
  return { width, height, cmyk: space === 'cmyk' };
}

/**
 * How many channels a picture has, grey becoming RGB only if it has alpha.
 * @throws ServingError IMAGE_UNREADABLE
 */
export async function readOwnChannels(picture: Uint8Array, format: ReadableFormat): Promise<Channels> {
  const { space, hasAlpha } = await readMetadata(picture, format);
  if (hasAlpha) return 4;
  return space === 'b-w' || space === 'grey16' ? 1 : 3;
}

function readMetadata(picture: Uint8Array, format: ReadableFormat): Promise<Metadata> {
  return sharp(picture, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(format, cause);
    });
}

/** What a client may do about a format that is known and not served. */
function wayOut(format: PictureFormat | undefined): string {
  if (format === 'HEIC') {
    return (
      ' Convert it to JPEG. An iPhone takes JPEGs itself where its settings for the camera say ' +
      'Formats: Most Compatible.'
    );
  }
  return isReadable(format) ? ` Who runs this server may add ${format} by its setting IMAGE_FORMATS.` : '';
}

function listed(formats: readonly string[]): string {
  return [formats.slice(0, -1).join(', '), ...formats.slice(-1)].filter((part) => part !== '').join(' and ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
