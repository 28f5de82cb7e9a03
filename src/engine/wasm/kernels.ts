import type { backend_util, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { elements } from '../tensor.js';
import type { Core } from './backend.js';
import { mendForEmptyTensors } from './empty-tensors.js';
import { gatherInBatches } from './gather-in-batches.js';
import { type Given, type Kernel, memoryOf, mend, outputOf } from './mend-kernel.js';

type Pair = number | [number, number];

/** The attributes of a convolution's or pool's kernel that say where its window goes. */
interface Window {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: 'same' | 'valid' | number | backend_util.ExplicitPadding;
}

const CONVOLUTIONS = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'];
const POOLS = ['MaxPool', 'AvgPool'];

/** Mends kernels of the WebAssembly backend, for good. */
export function mendKernels(tf: Core): void {
  mend(tf, 'StridedSlice', stridedSlice);
  mend(tf, 'GatherV2', gatherInBatches);
  for (const name of CONVOLUTIONS) mend(tf, name, (original, given) => convolve(tf, name, original, given));
  for (const name of POOLS) mend(tf, name, (original, given) => pool(tf, original, given));
  mendForEmptyTensors(tf);
}

/** The backend's copies words of 32 bits, rightly, and says of all of them that they are float32. */
function stridedSlice(original: Kernel, given: Given): TensorInfo {
  const x = given.inputs['x']!;
  const slice = original(given) as TensorInfo;
  if (x.dtype !== 'int32') return slice;
  const { dataIdMap } = memoryOf(given);
  dataIdMap.get(slice.dataId).dtype = x.dtype;
  return { ...slice, dtype: x.dtype };
}

function convolve(tf: Core, name: string, original: Kernel, given: Given): ReturnType<Kernel> {
  const { strides, dilations, pad } = given.attrs as unknown as Window;
  const { x, filter } = given.inputs as unknown as { x: TensorInfo; filter: TensorInfo };
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations,
    pad,
    'floor',
    name.includes('Depthwise'),
  );
  checkSize(info);
  if (elements(info.outShape) === 0) return outputOf(given, info.outShape, x.dtype);
  if (elements(x.shape) === 0) return convolvePadding(original, given, info);
  return original({ ...given, attrs: withPad(given, info) });
}

/**
 * XNNPACK refuses a SAME padding where the windows do not reach the end of the picture, as they may where the stride is larger than the kernel;
 * the backend does not see that, and gives memory that nothing was written to. It takes the same padding in numbers.
 */
function withPad({ attrs }: Given, info: backend_util.Conv2DInfo): NamedAttrMap {
  const skips =
    info.strideHeight > info.effectiveFilterHeight || info.strideWidth > info.effectiveFilterWidth;
  if ((attrs as unknown as Window).pad !== 'same' || !skips) return attrs!;
  const { top, bottom, left, right } = info.padInfo;
  return explicit(attrs!, [top, bottom], [left, right]);
}

/** A picture without rows or columns that is padded: one of the padded ones is taken for the picture's own. */
function convolvePadding(
  original: Kernel,
  given: Given,
  { inHeight, inWidth, padInfo }: backend_util.Conv2DInfo,
): ReturnType<Kernel> {
  const x = given.inputs['x']!;
  const [batch = 0, , , channels = 0] = x.shape;
  const zeros = outputOf(given, [batch, inHeight || 1, inWidth || 1, channels], x.dtype);
  const memory = memoryOf(given);
  memory.typedArrayFromHeap(zeros).fill(0);
  const { top, bottom, left, right } = padInfo;
  const rows: [number, number] = inHeight > 0 ? [top, bottom] : less(top, bottom);
  const columns: [number, number] = inWidth > 0 ? [left, right] : less(left, right);
  const attrs = explicit(given.attrs!, rows, columns);
  const out = original({ ...given, inputs: { ...given.inputs, x: zeros }, attrs });
  memory.disposeData(zeros.dataId);
  return out;
}

/** A padding by one less. */
function less(before: number, after: number): [number, number] {
  return before > 0 ? [before - 1, after] : [before, after - 1];
}

function explicit(attrs: NamedAttrMap, rows: [number, number], columns: [number, number]): NamedAttrMap {
  return { ...attrs, pad: [[0, 0], rows, columns, [0, 0]] } as unknown as NamedAttrMap;
}

function pool(tf: Core, original: Kernel, given: Given): ReturnType<Kernel> {
  const { filterSize, strides, pad } = given.attrs as unknown as Window & { filterSize: Pair };
  const x = given.inputs['x']!;
  const shape = x.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, 'floor');
  checkSize(info);
  return elements(info.outShape) === 0 ? outputOf(given, info.outShape, x.dtype) : original(given);
}

/** The backend would write beyond the end of its memory. */
function checkSize({ outHeight, outWidth, inHeight, inWidth }: backend_util.Conv2DInfo): void {
  if (fits(outHeight, inHeight) && fits(outWidth, inWidth)) return;
  throw new Error(`A window is larger than what it is laid on, ${inWidth} × ${inHeight}.`);
}

function fits(out: number, size: number): boolean {
  return out > 0 || (out === 0 && size === 0);
}
