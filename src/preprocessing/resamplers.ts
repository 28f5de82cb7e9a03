import { type Axes, axesOf } from './axis.js';
import type { ModelPixels, Pixels } from './pixels.js';
import type { Area } from './fits/area.js';
import { areaAverage, isHalf } from './opencv/area.js';
import { cubic } from './opencv/cubic.js';
import { linear } from './opencv/linear.js';
import { nearest as opencvNearest } from './opencv/nearest.js';
import { nearest as pillowNearest } from './pillow/nearest.js';
import { resample } from './pillow/resample.js';
import { pick } from './pick.js';
import { type PillowVersion, type Resampling, type Size, USUAL_PILLOW } from './preprocessing-config.js';
import { shrinkExtreme } from './shrink-extreme.js';
import { nearest as tensorflowNearest } from './tensorflow/nearest.js';
import { resizeAsTensorFlow } from './tensorflow/resize.js';

interface Resampler {
  /** Whether it takes in every pixel of a picture that becomes smaller. */
  takesAll(antialias: boolean): boolean;
  /** @returns bytes, or fractions from 0 to 255, which some filters leave a little */
  resample(pixels: Pixels, axes: Axes, antialias: boolean, pillow: PillowVersion): ModelPixels;
}

const never = (): boolean => false;
const always = (): boolean => true;
const withAntialias = (antialias: boolean): boolean => antialias;

const pillow = (filter: Parameters<typeof resample>[2]): Resampler => ({
  takesAll: withAntialias,
  resample: (pixels, axes, antialias, version) => resample(pixels, axes, filter, antialias, version),
});

const tensorflow = (filter: Parameters<typeof resizeAsTensorFlow>[2]): Resampler => ({
  takesAll: filter === 'area' ? always : withAntialias,
  resample: (pixels, axes, antialias) => resizeAsTensorFlow(pixels, axes, filter, antialias),
});

const picking = (nearest: Parameters<typeof pick>[2]): Resampler => ({
  takesAll: never,
  resample: (pixels, axes) => pick(pixels, axes, nearest),
});

/** All but what libvips does while it decodes. */
const RESAMPLERS: Readonly<Record<Exclude<Resampling, 'fast'>, Resampler>> = {
  nearest: picking(pillowNearest),
  box: pillow('box'),
  bilinear: pillow('bilinear'),
  hamming: pillow('hamming'),
  bicubic: pillow('bicubic'),
  lanczos: pillow('lanczos'),
  'opencv.nearest': picking(opencvNearest),
  'opencv.linear': {
    takesAll: never,
    // OpenCV itself takes the other for it then.
    resample: (pixels, axes) => (isHalf(axes) ? areaAverage(pixels, axes) : linear(pixels, axes)),
  },
  'opencv.cubic': { takesAll: never, resample: cubic },
  'opencv.area': { takesAll: always, resample: areaAverage },
  'tensorflow.nearest': picking(tensorflowNearest),
  'tensorflow.bilinear': tensorflow('bilinear'),
  'tensorflow.bicubic': tensorflow('bicubic'),
  'tensorflow.area': tensorflow('area'),
  'tensorflow.lanczos3': tensorflow('lanczos3'),
};

/**
 * Scales a picture to `scaled`, and gives the part `shown` of that; of TensorFlow's filters but `nearest`, as fractions.
 * @param version of Pillow, where it is one of its filters
 */
export async function resampleBy(
  resampling: Exclude<Resampling, 'fast'>,
  pixels: Pixels,
  scaled: Size,
  shown: Area,
  antialias: boolean,
  version = USUAL_PILLOW,
): Promise<ModelPixels> {
  const { takesAll, resample: by } = RESAMPLERS[resampling];
  const source = takesAll(antialias) ? await shrinkExtreme(pixels, scaled, shown) : pixels;
  const isThere = [scaled, shown].every((one) => one.width === source.width && one.height === source.height);
  return isThere ? source : by(source, axesOf(source, scaled, shown), antialias, version);
}
