import { each } from './elementwise-rules.js';
import { fixed, inRows, like, NotApartError, type RowNode, type RowValue } from './row-value.js';
import type { RowRule } from './row-rule.js';
import { isSame, known, numberOf, product, type Size, times } from './size.js';

/** Ops on pictures, each of which is one of the first axis: convolutions, poolings, resizing and the like. */
export const WINDOW_RULES: Readonly<Record<string, RowRule>> = {
  ...each('Conv2D Conv3D Dilation2D', (node) => {
    const filter = node.input(1).shape;
    return moved(node, filter?.slice(0, spatialRank(node)), () =>
      node.op === 'Dilation2D' ? null : filter?.at(-1),
    );
  }),
  DepthwiseConv2dNative: (node) => {
    const filter = node.input(1).shape;
    return moved(node, filter?.slice(0, 2), () => filter && product(filter.slice(2)));
  },
  ...each('MaxPool MaxPoolV2 MaxPool3D AvgPool AvgPool3D', pooled),
  ...each('Conv2DBackpropInput Conv3DBackpropInputV2', enlarged),
  ...each('ResizeBilinear ResizeNearestNeighbor ResizeBicubic ResizeArea ScaleAndTranslate', (node) => {
    const shape = pictures(node);
    node.othersAreConstant();
    const [height, width] = node.input(1).numbers ?? [node.unknown(), node.unknown()];
    return like(node.input(0), [shape[0]!, height!, width!, shape[3]!]);
  }),
  ...each('AdjustContrastv2 AdjustHue AdjustSaturation RGBToHSV HSVToRGB LRN', (node) => {
    const shape = pictures(node);
    node.othersAreConstant();
    return like(node.input(0), shape);
  }),
  ...each('FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', batchNorm),
  SpaceToDepth: (node) =>
    blocks(
      node,
      (side, block) => side / block,
      (depth, block) => times(depth, known(block ** 2)),
    ),
  DepthToSpace: (node) =>
    blocks(
      node,
      (side, block) => side * block,
      (depth, block) => {
        const channels = numberOf(depth);
        return channels === null ? node.unknown() : known(channels / block ** 2);
      },
    ),
  ...each('ImageProjectiveTransformV2 ImageProjectiveTransformV3', transformed),
  ExtractImagePatches: (node) => {
    const shape = pictures(node);
    return like(node.input(0), [shape[0]!, node.unknown(), node.unknown(), node.unknown()]);
  },
  SpaceToBatchND: (node) => spaceToBatch(node),
  BatchToSpaceND: (node) => batchToSpace(node),
};

/** The shape of a tensor of pictures, which are its first axis. */
function pictures(node: RowNode): readonly Size[] {
  const shape = node.shape(0);
  const { axis } = node.input(0);
  if (shape.length < 4 || (axis !== null && axis !== 0))
    throw new NotApartError('takes the rows for something other than pictures');
  return shape;
}

function spatialRank({ op }: RowNode): number {
  return /3D/.test(op) ? 3 : 2;
}

function isChannelsFirst({ attributes }: RowNode): boolean {
  return attributes.text('data_format', 'NHWC').startsWith('NC');
}

/** A window that moves over each picture. @param channels after it; `null`: as before */
function moved(
  node: RowNode,
  window: readonly Size[] | undefined,
  channels: () => Size | null | undefined,
): RowValue {
  const shape = pictures(node);
  node.othersAreConstant();
  const count = spatialRank(node);
  const first = isChannelsFirst(node) ? 2 : 1;
  const strides = node.attributes.ints('strides');
  const dilations = node.attributes.ints(node.op === 'Dilation2D' ? 'rates' : 'dilations');
  const padding = node.attributes.text('padding', '');
  if (strides.some((stride, axis) => stride !== 1 && (axis < first || axis >= first + count)))
    throw new NotApartError('moves over the rows');
  const spatial = Array.from({ length: count }, (_, index) => {
    const axis = first + index;
    const stride = strides[axis] ?? 1;
    const side = shape[axis]!;
    if (padding === 'SAME' && stride === 1) return side;
    const [length, size] = [numberOf(side), window?.[index] ? numberOf(window[index]) : null];
    if (length === null) return node.unknown();
    if (padding === 'SAME') return known(Math.ceil(length / stride));
    if (size === null || padding !== 'VALID') return node.unknown();
    return known(Math.ceil((length - (size - 1) * (dilations[axis] ?? 1)) / stride));
  });
  const depth = channels();
  const last = depth === null ? shape[first === 2 ? 1 : shape.length - 1]! : (depth ?? node.unknown());
  return like(node.input(0), first === 2 ? [shape[0]!, last, ...spatial] : [shape[0]!, ...spatial, last]);
}

function pooled(node: RowNode): RowValue {
  const rank = pictures(node).length;
  const sizes = node.attributes.ints('ksize');
  const first = isChannelsFirst(node) ? 2 : 1;
  // `MaxPoolV2` is given its window as tensors.
  if (sizes.length !== rank || sizes[0] !== 1) throw new NotApartError('pools over the rows');
  const isFlat = sizes[first === 2 ? 1 : rank - 1] === 1;
  const window = sizes.slice(first, first + rank - 2).map(known);
  return moved(node, window, () => (isFlat ? null : undefined));
}

/** A transposed convolution: it takes the sizes, the filter and the pictures. */
function enlarged(node: RowNode): RowValue {
  const given = node.input(2);
  const shape = node.shape(2);
  const sizes = node.numbers(0);
  const isPicture =
    shape.length >= 4 && sizes.length === shape.length && (given.axis === 0 || given.axis === null);
  if (!isPicture || !isSame(sizes[0]!, shape[0]!) || node.input(1).axis !== null)
    throw new NotApartError('takes the rows for something other than pictures');
  return like(given, sizes);
}

/**
 * In training mode a batch norm computes with the mean of all that has the same channel: of all rows, unless these are the channels, as in
 * Keras 2's `LayerNormalization`.
 */
function batchNorm(node: RowNode): readonly RowValue[] {
  const value = node.input(0);
  const isTraining = node.attributes.flag('is_training', true);
  const shape = isTraining ? node.shape(0) : pictures(node);
  const channels = isChannelsFirst(node) ? 1 : shape.length - 1;
  const isByRow = isTraining && value.axis === channels;
  const areOfChannels = [1, 2].every((index) => {
    const { axis, shape: sizes } = node.input(index);
    return axis === 0 && sizes?.length === 1 && isSame(sizes[0]!, shape[channels]!);
  });
  if (isTraining && !(isByRow && areOfChannels))
    throw new NotApartError('is a batch norm in training mode, which computes over all rows');
  node.othersAreConstant(isByRow ? 3 : 1);
  const statistics = isByRow ? inRows([shape[channels]!], 0) : fixed(null);
  return [like(value, shape), statistics, statistics, statistics, statistics, statistics];
}

function blocks(
  node: RowNode,
  side: (length: number, block: number) => number,
  depth: (size: Size, block: number) => Size,
): RowValue {
  const shape = pictures(node);
  if (isChannelsFirst(node)) throw new NotApartError('has its channels first, which is not followed');
  const block = node.attributes.int('block_size', 1);
  const sides = shape.slice(1, 3).map((size) => {
    const length = numberOf(size);
    return length === null ? node.unknown() : known(side(length, block));
  });
  return like(node.input(0), [shape[0]!, ...sides, depth(shape[3]!, block)]);
}

/** Each picture by its own transform, or all by one. */
function transformed(node: RowNode): RowValue {
  const shape = pictures(node);
  const transforms = node.input(1);
  node.othersAreConstant(2);
  const rows = transforms.shape?.[0];
  const isOfEach = transforms.axis === 0 && rows !== undefined && isSame(rows, shape[0]!);
  const isOfAll = transforms.axis === null && rows !== undefined && numberOf(rows) === 1;
  if (!isOfEach && !isOfAll) throw new NotApartError('transforms each row otherwise');
  const [height, width] = node.input(2).numbers ?? [node.unknown(), node.unknown()];
  return like(node.input(0), [shape[0]!, height!, width!, shape[3]!]);
}

/** Convolutions with dilations: every picture becomes several smaller ones, and these lie in rounds of all pictures. */
function spaceToBatch(node: RowNode): RowValue {
  const { axis, rounds } = node.input(0);
  const shape = node.shape(0);
  node.othersAreConstant();
  if (axis !== 0 || rounds !== 1) throw new NotApartError('takes the rows for something other than pictures');
  const block = node.known(1);
  const count = block.reduce((all, size) => all * size, 1);
  const sides = block.map(() => node.unknown());
  const rest = shape.slice(1 + block.length);
  return inRows([times(shape[0]!, known(count)), ...sides, ...rest], 0, count);
}

function batchToSpace(node: RowNode): RowValue {
  const { axis, rounds } = node.input(0);
  const shape = node.shape(0);
  node.othersAreConstant();
  const block = node.known(1);
  const count = block.reduce((all, size) => all * size, 1);
  if (axis !== 0 || rounds !== count) throw new NotApartError('puts several rows into one picture');
  const { factor, ...size } = shape[0]!;
  const sides = block.map(() => node.unknown());
  return inRows([{ ...size, factor: factor / count }, ...sides, ...shape.slice(1 + block.length)], 0);
}
