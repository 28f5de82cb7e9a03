import type { Sharp } from 'sharp';
import { ServingError } from '../../errors/serving-error.js';
import { sharp } from '../../images/sharp.js';
import { decodeJpeg } from '../../preprocessing/jpeg/decode-jpeg.js';
import { JpegError } from '../../preprocessing/jpeg/jpeg-error.js';
import type { Pixels } from '../../preprocessing/pixels.js';
import { EngineError } from '../engine.js';
import type { Decoding } from './picture-edges.js';
import { type PictureKind, pictureKind } from './picture-kind.js';

type Samples = Uint8Array | Uint16Array;

/** `height * width * channels` whole numbers, row-major. */
export interface DecodedPicture {
  readonly data: Samples;
  readonly shape: readonly [number, number, number];
}

/**
 * The pixels that TensorFlow's decoders give of a PNG or JPEG: as they are stored, without turning the picture upright and without its
 * colour profile or gamma. Of 16 bits, the upper 8, unless 16 are asked for. The same to the last bit.
 * @throws EngineError `input`
 */
export async function decodePicture(
  picture: Uint8Array,
  { channels, bits, isAccurate }: Decoding,
): Promise<DecodedPicture> {
  const kind = pictureKind(picture);
  if (!kind) {
    const sentence =
      'The picture is neither a PNG nor a JPEG of grey or colours, which are all that the model takes.';
    throw new EngineError('input', sentence);
  }
  const wanted = channels === 0 ? kind.channels : channels;
  if (kind.format === 'jpeg' && (wanted === 1 || wanted === 3)) {
    const { data, width, height } = pixelsOfJpeg(picture, wanted, isAccurate);
    return { data: inBits(data, bits, kind), shape: [height, width, wanted] };
  }
  const withAlpha = wanted === 2 || wanted === 4;
  const wide = kind.bits === 16 && (bits === 16 || wanted < 3); // Grey is made of all 16 bits, and cut off afterwards.
  const image = sharp(picture, { failOn: 'error', ignoreIcc: true });
  const { data, width, height } = await coloured(withAlpha ? image.ensureAlpha() : image.removeAlpha(), wide);
  const samples = wanted < 3 ? withoutColour(data, withAlpha) : data;
  if (withAlpha && !kind.alpha) makeOpaque(samples, wanted, kind);
  return { data: inBits(samples, bits, kind), shape: [height, width, wanted] };
}

/** As many pixels as sharp takes of others; settings are held to before, where a picture is not just a string among numbers. */
const LIMITS = { maxImagePixels: 0x3fff ** 2, requestTimeoutMs: Infinity };

function pixelsOfJpeg(picture: Uint8Array, channels: 1 | 3, isAccurate: boolean): Pixels {
  const transform = isAccurate ? 'accurate' : 'fast';
  try {
    const wanted = { channels, decoder: 'tensorflow', transform } as const;
    return decodeJpeg(picture, wanted, LIMITS, (bytes) => new Uint8Array(bytes));
  } catch (error) {
    if (error instanceof JpegError || error instanceof ServingError) throw damaged();
    throw error;
  }
}

function damaged(): EngineError {
  return new EngineError('input', 'The picture cannot be decoded: it is damaged or incomplete.');
}

/** The samples of an image as RGB or RGBA. */
async function coloured(
  image: Sharp,
  wide: boolean,
): Promise<{ data: Samples; width: number; height: number }> {
  const raw = wide ? image.toColourspace('rgb16').raw({ depth: 'ushort' }) : image.raw();
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch(() => {
    throw damaged();
  });
  const { width, height } = info;
  const { buffer, byteOffset, length } = data;
  return {
    data: wide ? new Uint16Array(buffer, byteOffset, length / 2) : new Uint8Array(buffer, byteOffset, length),
    width,
    height,
  };
}

/** What red and green weigh in libpng, of 32768; blue has the rest. */
const RED = Math.floor(0.299 * 32768);
const GREEN = Math.floor(0.587 * 32768);

/** Grey of RGB(A) as libpng makes it, with the alpha if there is one. */
function withoutColour(rgb: Samples, withAlpha: boolean): Samples {
  const [from, to] = withAlpha ? [4, 2] : [3, 1];
  const count = rgb.length / from;
  const wide = rgb instanceof Uint16Array;
  const grey = wide ? new Uint16Array(count * to) : new Uint8Array(count * to);
  const half = wide ? 16384 : 0; // Fractions of 8 bits are cut off.
  for (let index = 0; index < count; index++) {
    const [r, g, b] = [rgb[index * from]!, rgb[index * from + 1]!, rgb[index * from + 2]!];
    grey[index * to] = (RED * r + GREEN * g + (32768 - RED - GREEN) * b + half) >> 15;
    if (withAlpha) grey[index * to + 1] = rgb[index * from + 3]!;
  }
  return grey;
}

/** TensorFlow has libpng fill in the largest sample that the file could hold: 15 for a palette of 16 colours. */
function makeOpaque(samples: Samples, channels: number, { bits }: PictureKind): void {
  if (bits >= 8) return;
  for (let at = channels - 1; at < samples.length; at += channels) samples[at] = 2 ** bits - 1;
}

/** Samples of 8 or 16 bits as the other: TensorFlow repeats the bits of a PNG, and appends zeros to those of a JPEG. */
function inBits(samples: Samples, bits: 8 | 16, { format }: PictureKind): Samples {
  if (samples.BYTES_PER_ELEMENT * 8 === bits) return samples;
  if (bits === 8) return Uint8Array.from(samples, (sample) => sample >> 8);
  const factor = format === 'png' ? 257 : 256;
  return Uint16Array.from(samples, (sample) => sample * factor);
}
