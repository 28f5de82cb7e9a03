import { attribute } from '../../graph/nodes.js';
import { type CallSite, imageOf, type LayerKind } from '../builder/layer-kind.js';
import { stridedSlice } from '../builder/strided-slice.js';
import { INT32, type Scope } from '../builder/scope.js';
import type { Tensor } from '../builder/tensor.js';
import { finish, weightsWith } from './convolution.js';
import { convolutionAttributes, type Pair } from './windows.js';

export const TRANSPOSED_CONVOLUTION: Readonly<Record<string, LayerKind>> = {
  Conv2DTranspose: { weights: (config) => weightsWith(config, 'kernel'), build: conv2DTranspose },
};

function conv2DTranspose(site: CallSite): Tensor {
  const { graph, config } = site;
  const x = imageOf(site);
  const [n, height, width] = x.shape;
  const strides = config.sizes('strides', 1);
  const dilations = config.sizes('dilation_rate', 1);
  if (dilations.some((dilation) => dilation !== 1)) throw config.unsupported('with a dilation_rate');
  if (height === null || width === null) throw config.unsupported('called with images of unknown size');
  const filters = config.size('filters');
  const size = config.sizes('kernel_size');
  const padding = config.padding();
  const given = config.raw('output_padding');
  const extra = given === undefined || given === null ? null : outputPadding(site);
  const sizes = [height!, width!].map((length, axis) =>
    outputSize(length, size[axis]!, strides[axis]!, padding, extra && extra[axis]!),
  );
  const kernel = site.weight('kernel', [...size, filters, x.channels]);
  const shape = [n!, ...sizes, filters];
  const output = graph.op('Conv2DBackpropInput', [sizesOf(graph, x, [...sizes, filters]), kernel, x], shape, {
    ...convolutionAttributes({ strides, dilations, padding }),
    use_cudnn_on_gpu: attribute.bool(true),
  });
  return finish(site, output);
}

function outputPadding({ config }: CallSite): Pair {
  const [down, right = down] = config.integers('output_padding');
  if (down === undefined || right === undefined || down < 0 || right < 0) {
    throw config.malformed('output_padding', 'one or two whole numbers');
  }
  return [down, right];
}

/** As Keras reckons it (`compute_conv_transpose_output_shape`). */
function outputSize(
  length: number,
  size: number,
  stride: number,
  padding: 'SAME' | 'VALID',
  extra: number | null,
): number {
  if (padding === 'SAME')
    return extra === null ? length * stride : (length - 1) * stride + (size % 2) + extra;
  return (length - 1) * stride + size + (extra ?? Math.max(size, stride) - size);
}

/** The sizes of the output as a tensor: the number of examples is the input's. */
function sizesOf(graph: Scope, x: Tensor, sizes: readonly number[]): Tensor {
  const shape = graph.op('Shape', [x], [4], { out_type: INT32 });
  const first = { begin: 0, end: 1, step: 1, drop: false };
  const examples = stridedSlice(graph, shape, [first], INT32);
  const rest = graph.ints('sizes', sizes);
  return graph.node('ConcatV2', [examples, rest, graph.int('axis', 0)], [4], {
    T: INT32,
    Tidx: INT32,
    N: attribute.int(2),
  });
}
