import type { Sharp } from 'sharp';
import { type Colour, LUMA } from './colour.js';
import type { Fit } from './fits/area.js';
import type { Channels } from './image-input.js';
import { ownPixels } from './own-decoders.js';
import {
  open,
  type PictureHeader,
  type PictureLimits,
  readHeader,
  readOwnChannels,
  timeoutMsOf,
} from './picture.js';
import type { Decoder, Orientation, Size } from './preprocessing-config.js';
import { giveBackPixels, jpegPixels } from './jpeg-pixels.js';
import { readOrientation } from './orientation/read-orientation.js';
import type { Pixels } from './pixels.js';
import { readPixels } from './read-pixels.js';
import { storedArea, turned, turnedSize } from './turned.js';
import { unreadable } from './unreadable.js';
import { sharp } from '../images/sharp.js';

/** What the decoded picture should have; `own`: what the file has, grey becoming RGB only if it has alpha. */
export interface Wanted {
  readonly channels: Channels | 'own';
  /** What transparent parts are composited onto; `null`: alpha is dropped, the colours under it stay. */
  readonly background: Colour | null;
  readonly orientation: Orientation;
  readonly decoder: Decoder;
  /** What libvips shall make of a picture of that size, once it is turned, while it decodes; absent: it keeps its size. */
  readonly scaling?: (turned: Size) => Fit;
}

/**
 * Decodes as Pillow's `open(…).convert('RGB' | 'L' | 'RGBA')` does: palettes expanded, colour profiles and gamma ignored; 16 bits lose their lower byte,
 * as in TensorFlow. Of an animation the first frame. Unlike both it turns the picture upright by its EXIF orientation, unless that is to be
 * ignored. JPEG, GIF and BMP are decoded by our own decoders, which block the caller's thread; libvips runs on libuv's and cannot be interrupted.
 * @throws ServingError IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_UNREADABLE
 */
export async function decode(picture: Uint8Array, wanted: Wanted, limits: PictureLimits): Promise<Pixels> {
  const header = await readHeader(picture, limits);
  // Nothing that comes later in the file can exceed what its header says.
  const ofHeader = {
    ...limits,
    maxImagePixels: header.width * header.height,
    requestTimeoutMs: timeoutMsOf(limits),
  };
  const { channels, scaling } = wanted;
  const orientation = wanted.orientation === 'exif' ? readOrientation(picture, header.format) : 1;
  const isOurs = header.format === 'JPEG' && channels !== 'own' && !scaling;
  const pixels =
    (isOurs ? jpegPixels(picture, { ...wanted, channels }, ofHeader) : undefined) ??
    (await decodeByLibvips(picture, header, orientation, wanted, ofHeader));
  const upright = turned(pixels, orientation);
  if (upright !== pixels) giveBackPixels(pixels);
  return upright;
}

async function decodeByLibvips(
  picture: Uint8Array,
  header: PictureHeader,
  orientation: number,
  wanted: Wanted,
  limits: PictureLimits,
): Promise<Pixels> {
  const own = await ownPixels(picture, header.format, limits.requestTimeoutMs);
  const channels =
    wanted.channels === 'own'
      ? (own?.channels ?? (await readOwnChannels(picture, header.format)))
      : wanted.channels;
  try {
    const image = own === undefined ? open(picture, limits) : fromPixels(own);
    // As sRGB from the start, or a grey picture could not be composited onto a colour.
    const colours = header.cmyk ? await withoutInk(image) : image.pipelineColourspace('srgb');
    if (wanted.background !== null) flatten(colours, wanted.background);
    if (wanted.scaling) scale(colours, wanted.scaling(turnedSize(header, orientation)), orientation);
    return { ...(await readPixels(withChannels(colours, channels))), channels };
  } catch (cause) {
    throw unreadable(header.format, cause);
  }
}

function fromPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/**
 * CMYK as RGB by Pillow's arithmetic: what the inks leave of white, over black as far
 * as black covers it, rounded as there. libvips would go through the colour profile of a printing press: pure red becomes 237, 28, 36.
 */
async function withoutInk(image: Sharp): Promise<Sharp> {
  const { data, width, height } = await readPixels(image.pipelineColourspace('cmyk').toColourspace('cmyk'));
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const left = 255 - data[from + 3]!;
    for (let ink = 0; ink < 3; ink += 1, to += 1) rgb[to] = left - of255ths(data[from + ink]! * left);
  }
  return fromPixels({ data: rgb, width, height, channels: 3 });
}

/** Rounded to whole ones. */
function of255ths(product: number): number {
  const half = product + 128;
  return ((half >> 8) + half) >> 8;
}

/** Of a JPEG only every second, fourth or eighth pixel is decoded where that is enough. */
function scale(image: Sharp, { scaled, shown }: Fit, orientation: number): void {
  const size = turnedSize(scaled, orientation);
  image.resize({ ...size, fit: 'fill', kernel: 'linear' }).extract(storedArea(shown, size, orientation));
}

function flatten(image: Sharp, [r, g, b]: Colour): Sharp {
  return image.flatten({ background: { r, g, b } });
}

/** From sRGB with or without alpha. sharp's own `greyscale` weighs linear light, which no training code does. */
function withChannels(image: Sharp, channels: Channels): Sharp {
  if (channels === 4) return image.ensureAlpha();
  if (channels === 3) return image.removeAlpha();
  const weights: [number, number, number] = [...LUMA];
  // Adding a half rounds: libvips cuts fractions off.
  return image.recomb([weights, weights, weights]).linear(1, 0.5).removeAlpha().extractChannel(0);
}
