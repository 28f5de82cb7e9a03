/** Pillow's filters by its names for them, but for `nearest`. */
export type Filter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** An interpolation: the weight of a pixel by its distance, in pixels, from the point that is asked for. */
export interface Kernel {
  /** Beyond this distance every weight is 0. */
  readonly support: number;
  weight(distance: number): number;
}

/** Pillow's filters (its `src/libImaging/Resample.c`): `bicubic` with a = -0.5, `lanczos` with three lobes. */
export const KERNELS: Readonly<Record<Filter, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  hamming: { support: 1, weight: (x) => (Math.abs(x) < 1 ? sinc(x) * hammingWindow(x) : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: cubicConvolution(-0.5) },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys's cubic convolution. @param a the slope at a distance of 1; libraries differ in it */
export function cubicConvolution(a: number): Kernel['weight'] {
  return (distance) => {
    const x = Math.abs(distance);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  };
}

/** Of constants that are float32 in Pillow. */
function hammingWindow(x: number): number {
  return Math.fround(0.54) + Math.fround(0.46) * Math.cos(Math.PI * x);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
