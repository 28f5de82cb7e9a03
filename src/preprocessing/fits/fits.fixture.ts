import { readFileSync } from 'node:fs';
import type { Size } from '../preprocessing-config.js';

/** Written by scripts/models/fits.py, with TensorFlow, Keras and Pillow themselves. */
const FITS = read('fits') as Readonly<
  Record<'sizes' | 'letterbox' | 'keras-crop' | 'load_img' | 'keras-pad' | 'fit' | 'pad', string>
>;
/** Written by scripts/models/torchvision_fits.py, with torchvision itself. */
const OF_TORCHVISION = read('torchvision-fits') as Readonly<Record<'crop', string>>;

export interface DrawnSizes {
  readonly picture: Size;
  readonly target: Size;
}

/** Pictures of 2,000 sizes, and what they are brought to. */
export const DRAWN: readonly DrawnSizes[] = rows(Uint16Array, FITS.sizes, 4).map(([w, h, width, height]) => ({
  picture: { width: w!, height: h! },
  target: { width: width!, height: height! },
}));

/** For each of them left, top, width and height of the picture in the target; all 0 where the library gives none. */
export const LETTERBOX = rows(Uint16Array, FITS.letterbox, 4);
/**
 * For each of them left, top, width and height of the part that is scaled; all 0 where there is none, or where padding
 * would take too much memory.
 */
export const KERAS_CROP = rows(Uint16Array, FITS['keras-crop'], 4);
export const LOAD_IMG = rows(Uint16Array, FITS.load_img, 4);
/** Left and top are how much is added there. */
export const KERAS_PAD = rows(Uint16Array, FITS['keras-pad'], 4);
/** For each of them left, top, right and bottom of the part that is scaled. */
export const IMAGE_OPS_FIT = rows(Float32Array, FITS.fit, 4);
/** For each of them left, top, width and height of the picture in the target; all 0 where there is nothing left of it. */
export const IMAGE_OPS_PAD = rows(Uint16Array, FITS.pad, 4);
/** For each of them the short side, width and height when it is scaled, left and top of what is cut out of that. */
export const CROP = rows(Uint32Array, OF_TORCHVISION.crop, 5);

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/fixtures/${name}.json`, import.meta.url), 'utf8'));
}

function rows(
  Numbers: new (bytes: ArrayBuffer) => ArrayLike<number>,
  base64: string,
  length: number,
): readonly (readonly number[])[] {
  const numbers = Array.from(new Numbers(Uint8Array.from(Buffer.from(base64, 'base64')).buffer));
  return Array.from({ length: numbers.length / length }, (_, row) =>
    numbers.slice(row * length, (row + 1) * length),
  );
}
