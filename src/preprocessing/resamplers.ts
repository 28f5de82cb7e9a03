import { type Axes, axesOf, type Scaling } from './axis.js';
import type { ModelPixels, Pixels } from './pixels.js';
import { areaAverage, isHalf } from './opencv/area.js';
import { cubic } from './opencv/cubic.js';
import { linear } from './opencv/linear.js';
import { nearest as opencvNearest } from './opencv/nearest.js';
import { nearest as pillowNearest } from './pillow/nearest.js';
import { resample } from './pillow/resample.js';
import { pick } from './pick.js';
import type { PillowVersion, Resampling } from './preprocessing-config.js';
import { shrinkExtreme } from './shrink-extreme.js';
import { nearest as tensorflowNearest } from './tensorflow/nearest.js';
import { resizeAsTensorFlow } from './tensorflow/resize.js';

/** What a plan leaves to choose. */
interface How {
  readonly antialias: boolean;
  /** Where it is one of Pillow's filters. */
  readonly pillow: PillowVersion;
  /** Around a picture that is padded before it is scaled. */
  readonly pad: readonly number[];
}

interface Resampler {
  /** Whether it takes in every pixel of a picture that becomes smaller. */
  takesAll(antialias: boolean): boolean;
  /** @returns bytes, or fractions from 0 to 255, which some filters leave a little */
  resample(pixels: Pixels, axes: Axes, how: How): ModelPixels;
}

const never = (): boolean => false;
const always = (): boolean => true;
const withAntialias = (antialias: boolean): boolean => antialias;

const pillow = (filter: Parameters<typeof resample>[2]): Resampler => ({
  takesAll: withAntialias,
  resample: (pixels, axes, how) => resample(pixels, axes, filter, how.antialias, how.pillow),
});

const tensorflow = (filter: Parameters<typeof resizeAsTensorFlow>[2]): Resampler => ({
  takesAll: filter === 'area' ? always : withAntialias,
  resample: (pixels, axes, { antialias, pad }) => resizeAsTensorFlow(pixels, axes, filter, antialias, pad),
});

const picking = (nearest: Parameters<typeof pick>[2]): Resampler => ({
  takesAll: never,
  resample: (pixels, axes, { pad }) => pick(pixels, axes, nearest, pad),
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

/** Scales what a fit says of a picture, and gives what it shows of that; of TensorFlow's filters but `nearest`, as fractions. */
export async function resampleBy(
  resampling: Exclude<Resampling, 'fast'>,
  pixels: Pixels,
  { source, scaled, shown }: Scaling,
  how: How,
): Promise<ModelPixels> {
  const { takesAll, resample: by } = RESAMPLERS[resampling];
  const given = takesAll(how.antialias)
    ? await shrinkExtreme(pixels, source, { scaled, shown })
    : { pixels, source };
  const { width, height } = given.pixels;
  const isThere = [given.source, scaled, shown].every((one) => one.width === width && one.height === height);
  return isThere
    ? given.pixels
    : by(given.pixels, axesOf(given.pixels, { source: given.source, scaled, shown }), how);
}
