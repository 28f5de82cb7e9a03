import { type Axis, inside } from '../axis.js';
import { halfToEven } from '../half-to-even.js';
import { type Kernel, KERNELS } from '../kernel.js';

/** Per output pixel: the first input pixel, and a weight for each of the next `count` ones. */
export interface Spans {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` weights an output pixel, of which `count` are used and the others 0; they add up to 1. */
  readonly weights: Float64Array;
  /** A multiple of 4. */
  readonly stride: number;
  /** What of each output pixel lies outside of a picture that is padded before it is scaled. */
  readonly outside: Float64Array;
}

export type Filter = 'bilinear' | 'bicubic' | 'area' | 'lanczos3';

/**
 * The weights along one axis, as the kernels of `tf.image.resize` have them (pixels' centres at halves). Positions are float32 there, and in large pictures
 * that shows; so it is here.
 * @param antialias whether a reduction takes in all the pixels that it makes one of; `area` does in any case
 */
export function spansOf(axis: Axis, filter: Filter, antialias: boolean): Spans {
  if (filter === 'area') return gather(axis, area(axis));
  if (antialias || filter === 'lanczos3') return gather(axis, windowed(axis, WINDOWS[filter], antialias));
  return gather(axis, filter === 'bilinear' ? bilinear(axis) : bicubic(axis));
}

/** What one output pixel is made of: pixels from `first` on, some perhaps outside of the picture, and their weights. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

type TapsAt = (output: number) => Taps;

const { fround } = Math;

/** Weights of pixels outside of the part that is scaled go to the ones at its edge. */
function gather(axis: Axis, tapsAt: TapsAt): Spans {
  const { pixels, begin, start, length } = axis;
  const inPicture = (pixel: number) => Math.min(pixels - 1, Math.max(0, pixel));
  const all = Array.from({ length }, (_, at) => tapsAt(start + at));
  const stride = 4 * Math.ceil(Math.max(...all.map(({ weights }) => weights.length)) / 4);
  const spans = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    weights: new Float64Array(length * stride),
    stride,
    outside: new Float64Array(length),
  };
  for (const [output, { first, weights }] of all.entries()) {
    const from = inPicture(begin + inside(axis, first));
    spans.first[output] = from;
    spans.count[output] = inPicture(begin + inside(axis, first + weights.length - 1)) - from + 1;
    for (const [tap, weight] of weights.entries()) {
      const pixel = begin + inside(axis, first + tap);
      if (pixel === inPicture(pixel)) spans.weights[output * stride + pixel - from]! += weight;
      else spans.outside[output]! += weight;
    }
  }
  return spans;
}

/** Where an output pixel's centre lies, of pixels counted from their centres. */
function centres({ from, to }: Axis): (output: number) => number {
  const scale = fround(from / to);
  return (output) => fround(fround((output + 0.5) * scale) - 0.5);
}

/** `ResizeBilinear` with `half_pixel_centers`. */
function bilinear(axis: Axis): TapsAt {
  const centre = centres(axis);
  return (output) => {
    const at = centre(output);
    const first = Math.floor(at);
    const share = at - first;
    return { first, weights: [1 - share, share] };
  };
}

/** `ResizeBicubic` with `half_pixel_centers`: Keys's kernel, looked up in a table of so many steps a pixel. */
const STEPS = 1024;

function bicubic(axis: Axis): TapsAt {
  const centre = centres(axis);
  return (output) => {
    const at = centre(output);
    const pixel = Math.floor(at);
    const step = halfToEven((at - pixel) * STEPS);
    const distances = [STEPS + step, step, STEPS - step, 2 * STEPS - step];
    // Pixels outside of the picture do not count.
    const isInside = (tap: number) => pixel - 1 + tap >= 0 && pixel - 1 + tap < axis.from;
    const weights = distances.map((distance, tap) =>
      isInside(tap) ? fround(KERNELS.bicubic.weight(distance / STEPS)) : 0,
    );
    return { first: pixel - 1, weights: normalised(weights) };
  };
}

/** `ResizeArea`: how much of each pixel lies in the output pixel. */
function area({ from, to }: Axis): TapsAt {
  const scale = fround(from / to);
  return (output) => {
    const [begin, end] = [fround(output * scale), fround((output + 1) * scale)];
    const first = Math.floor(begin);
    const weights = Array.from({ length: Math.ceil(end) - first }, (_, tap) => {
      const pixel = first + tap;
      if (pixel < begin) return (pixel + 1 > end ? scale : pixel + 1 - begin) / scale;
      return (pixel + 1 > end ? end - pixel : 1) / scale;
    });
    return { first, weights };
  };
}

const WINDOWS: Readonly<Record<Exclude<Filter, 'area'>, Kernel>> = {
  bilinear: KERNELS.bilinear,
  bicubic: KERNELS.bicubic,
  lanczos3: KERNELS.lanczos,
};

/** `ScaleAndTranslate`. */
function windowed(axis: Axis, { support, weight }: Kernel, antialias: boolean): TapsAt {
  const { from, to } = axis;
  const scale = fround(1 / fround(to / from));
  const stretch = antialias ? Math.max(1, scale) : 1;
  const reach = fround(support * stretch);
  const perStretch = fround(1 / stretch);
  return (output) => {
    const at = fround((output + 0.5) * scale);
    const first = inside(axis, Math.ceil(fround(fround(at - reach) - 0.5)));
    const last = inside(axis, Math.floor(fround(fround(at + reach) - 0.5)));
    const weights = Array.from({ length: last - first + 1 }, (_, tap) => {
      const distance = fround(fround(first + tap + 0.5) - at);
      return fround(weight(fround(distance * perStretch)));
    });
    return { first, weights: normalised(weights) };
  };
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
