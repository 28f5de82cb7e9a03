import type { backend_util, KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Core } from './backend.js';

/** What the backend knows of the tensors in its memory. */
interface Memory {
  readonly dataIdMap: { get(id: object): { dtype: string } };
}

type Pair = number | [number, number];

/** The attributes of a convolution's or pool's kernel that say where its window goes. */
interface Window {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: 'same' | 'valid' | number | backend_util.ExplicitPadding;
}

const CONVOLUTIONS = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'];
const POOLS = ['MaxPool', 'AvgPool'];

type Given = Parameters<KernelConfig['kernelFunc']>[0];

/** Mends kernels of the WebAssembly backend, for good. */
export function mendKernels(tf: Core): void {
  mend(tf, 'StridedSlice', stridedSlice);
  for (const name of CONVOLUTIONS) {
    mend(tf, name, (original, given) => original({ ...given, attrs: convolutionWindow(tf, name, given) }));
  }
  for (const name of POOLS) {
    mend(tf, name, (original, given) => {
      checkPool(tf, given);
      return original(given);
    });
  }
}

type Kernel = (given: Given) => TensorInfo | TensorInfo[];

function mend(
  tf: Core,
  name: string,
  kernelFunc: (original: Kernel, given: Given) => ReturnType<Kernel>,
): void {
  const config = tf.getKernel(name, 'wasm') as KernelConfig;
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel({ ...config, kernelFunc: (given) => kernelFunc(config.kernelFunc, given) });
}

/** The backend's copies words of 32 bits, rightly, and says of all of them that they are float32. */
function stridedSlice(original: Kernel, given: Given): TensorInfo {
  const x = given.inputs['x']!;
  const slice = original(given) as TensorInfo;
  if (x.dtype !== 'int32') return slice;
  const { dataIdMap } = given.backend as Memory;
  dataIdMap.get(slice.dataId).dtype = x.dtype;
  return { ...slice, dtype: x.dtype };
}

/**
 * XNNPACK refuses a SAME padding where the windows do not reach the end of the picture, as they may where the stride is larger than the kernel;
 * the backend does not see that, and gives memory that nothing was written to. It takes the same padding in numbers.
 */
function convolutionWindow(tf: Core, name: string, { inputs, attrs }: Given): NamedAttrMap {
  const { strides, dilations, pad } = attrs as unknown as Window;
  const isDepthwise = name.includes('Depthwise');
  const { x, filter } = inputs as unknown as { x: TensorInfo; filter: TensorInfo };
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations,
    pad,
    'floor',
    isDepthwise,
  );
  checkSize(info);
  const skips =
    info.strideHeight > info.effectiveFilterHeight || info.strideWidth > info.effectiveFilterWidth;
  if (pad !== 'same' || !skips) return attrs!;
  const { top, bottom, left, right } = info.padInfo;
  const explicit = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return { ...attrs, pad: explicit } as unknown as NamedAttrMap;
}

function checkPool(tf: Core, { inputs, attrs }: Given): void {
  const { filterSize, strides, pad } = attrs as unknown as Window & { filterSize: Pair };
  const shape = inputs['x']!.shape as [number, number, number, number];
  checkSize(tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, 'floor'));
}

/** The backend would write beyond the end of its memory. */
function checkSize({ outHeight, outWidth, inHeight, inWidth }: backend_util.Conv2DInfo): void {
  if (outHeight > 0 && outWidth > 0) return;
  throw new Error(`A window is larger than what it is laid on, ${inWidth} × ${inHeight}.`);
}
