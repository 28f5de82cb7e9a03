import { sharp } from '../images/sharp.js';
import type { SavedTensor } from '../saved-model/signature.js';
import type { NamedTensors } from './engine.js';
import { toBfloat16, toFloat16 } from '../numbers/half.js';
import { type DType, elements, entriesPerElement, NUMBER_ARRAYS, type Tensor } from './tensor.js';

/** What stands in for sizes that the signature leaves open: the batch, and each further one. */
export interface OpenSizes {
  readonly batch: number;
  readonly other: number;
}

/** Where the signature leaves a height or width open, the first of these with which a model runs is taken. */
export const OPEN_SIZES = [64, 224, 1];

/**
 * Inputs drawn from a seed: decimals from 0 to `most`, whole numbers 0 and 1 (which index anything), bytes, and pictures for
 * strings. The same seed draws the same.
 */
export async function madeUpInputs(
  inputs: readonly SavedTensor[],
  sizes: OpenSizes,
  seed: number,
  most: number,
): Promise<NamedTensors> {
  const draw = randomNumbers(seed);
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of inputs) {
    const filled = (shape ?? [null]).map((size, axis) => size ?? (axis === 0 ? sizes.batch : sizes.other));
    tensors[name] =
      dtype === 'string'
        ? { dtype, shape: filled, data: await pictures(elements(filled), sizes.other, draw) }
        : numbers(dtype as Exclude<DType, 'string'>, filled, draw, most);
  }
  return tensors;
}

const DECIMALS: ReadonlySet<DType> = new Set(['float32', 'float64', 'complex64', 'complex128']);

function numbers(
  dtype: Exclude<DType, 'string'>,
  shape: readonly number[],
  draw: () => number,
  most: number,
): Tensor {
  const data = new NUMBER_ARRAYS[dtype](elements(shape) * entriesPerElement(dtype));
  for (let index = 0; index < data.length; index++) {
    const value = draw();
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = value < 0.5 ? 0n : 1n;
    else if (DECIMALS.has(dtype)) data[index] = value * most;
    else if (dtype === 'float16') data[index] = toFloat16(value * most);
    else if (dtype === 'bfloat16') data[index] = toBfloat16(value * most);
    else data[index] = dtype === 'uint8' ? Math.floor(value * 256) : Math.round(value);
  }
  return { dtype, shape, data };
}

async function pictures(count: number, side: number, draw: () => number): Promise<Uint8Array[]> {
  const raw = { width: side, height: side, channels: 3 } as const;
  const made: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const pixels = Buffer.alloc(side * side * 3).map(() => Math.floor(draw() * 256));
    made.push(await sharp(pixels, { raw }).png().toBuffer());
  }
  return made;
}

/** Mulberry32: numbers from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
