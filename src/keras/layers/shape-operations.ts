import { attribute } from '../../graph/nodes.js';
import type { CallSite, Value } from '../builder/layer-kind.js';
import { INT32 } from '../builder/scope.js';
import { concat, expandDims, pad, transpose } from '../builder/shaping.js';
import { Tensor } from '../builder/tensor.js';
import type { Json } from '../model/json.js';
import { getItem } from './get-item.js';
import { concatenate } from './merging.js';
import { axes, integers, operand, option } from './operands.js';
import { reshapeTo } from './reshaping.js';
import { methodOf } from './resize-image.js';
import { fitted } from './resizing.js';

export const SHAPE_OPERATIONS: Readonly<Record<string, (site: CallSite) => Tensor>> = {
  Reshape: reshapeOperation,
  Transpose: transposeOperation,
  Concatenate: (site) =>
    concatenate({ ...site, args: site.args.slice(0, 1) }, integers(site, 1, 'axis') ?? [0]),
  Stack: stack,
  Squeeze: squeeze,
  ExpandDims: expandDimsOperation,
  Flip: flip,
  Pad: padOperation,
  Resize: resizeOperation,
  Cast: cast,
  GetItem: getItem,
};

function x(site: CallSite): Tensor {
  return operand(site, 0, 'x', 'tensor', 'input', 'a', 'images');
}

function reshapeOperation(site: CallSite): Tensor {
  const target = integers(site, 1, 'newshape', 'shape');
  if (!target || target[0] !== -1) throw site.config.unsupported('across the examples of a batch');
  return reshapeTo(site, x(site), target.slice(1));
}

function transposeOperation(site: CallSite): Tensor {
  const input = x(site);
  const order = axes(site, input, 1, 'axes', 'perm');
  if (order?.[0] !== 0 || new Set(order).size !== input.rank) {
    throw site.config.unsupported('across the examples of a batch');
  }
  return transpose(site.graph, input, order);
}

function stack(site: CallSite): Tensor {
  const [values] = site.args;
  const tensors = (Array.isArray(values) ? (values as readonly Value[]) : site.args).filter(
    (value) => value instanceof Tensor,
  );
  const [first] = tensors;
  const [axis = 0] = integers(site, 1, 'axis') ?? [];
  const at = first && axis < 0 ? axis + first.rank + 1 : axis;
  if (!first || at < 1 || at > first.rank || tensors.some((tensor) => tensor.rank !== first.rank)) {
    throw site.config.unsupported('across the examples of a batch');
  }
  return concat(
    site.graph,
    tensors.map((tensor) => expandDims(site.graph, tensor, at)),
    at,
  );
}

function squeeze(site: CallSite): Tensor {
  const input = x(site);
  const all = input.shape.map((_, axis) => axis).filter((axis) => axis > 0 && input.shape[axis] === 1);
  const dropped = axes(site, input, 1, 'axis', 'squeeze_dims') ?? all;
  if (dropped.some((axis) => input.shape[axis] !== 1 || axis === 0)) {
    throw site.config.malformed('axis', 'dimensions of one element');
  }
  const shape = input.shape.filter((_, axis) => !dropped.includes(axis));
  return site.graph.op('Squeeze', [input], shape, { squeeze_dims: attribute.ints(dropped) });
}

function expandDimsOperation(site: CallSite): Tensor {
  const input = x(site);
  const given = integers(site, 1, 'axis');
  const [axis] = given ?? [];
  const at = axis !== undefined && axis < 0 ? axis + input.rank + 1 : axis;
  if (given?.length !== 1 || at === undefined || at < 1 || at > input.rank) {
    throw site.config.malformed('axis', 'one where a dimension can be put in');
  }
  return expandDims(site.graph, input, at);
}

function flip(site: CallSite): Tensor {
  const input = x(site);
  const along = axes(site, input, 1, 'axis');
  if (!along || along.includes(0)) throw site.config.unsupported('across the examples of a batch');
  return site.graph.op('ReverseV2', [input, site.graph.ints('axis', along)], input.shape, { Tidx: INT32 });
}

function padOperation(site: CallSite): Tensor {
  const input = x(site);
  const mode = String(option(site, 2, 'mode') ?? 'constant').toLowerCase();
  const value = option(site, 3, 'constant_values') ?? 0;
  const widths = option(site, 1, 'pad_width', 'paddings');
  if (!['constant', 'reflect', 'symmetric'].includes(mode) || typeof value !== 'number')
    throw site.config.unsupported(`with the mode ${mode.slice(0, 20)}`);
  const pairs = Array.isArray(widths) ? (widths as readonly Json[]) : [];
  const sound = pairs.every(
    (pair) =>
      Array.isArray(pair) &&
      pair.length === 2 &&
      pair.every((size) => Number.isInteger(size) && size >= 0 && size < 2 ** 16),
  );
  if (!sound || pairs.length !== input.rank || String(pairs[0]) !== '0,0') {
    throw site.config.malformed('pad_width', 'two numbers for each dimension, and none for the examples');
  }
  const margins = pairs as unknown as readonly (readonly [number, number])[];
  if (mode === 'constant' && value === 0) return pad(site.graph, input, margins);
  const shape = input.shape.map((size, axis) => size && size + margins[axis]![0] + margins[axis]![1]);
  const given = [input, site.graph.matrix('paddings', margins)];
  if (mode === 'constant')
    return site.graph.op('PadV2', [...given, site.graph.scalar(value)], shape, { Tpaddings: INT32 });
  const attributes = { Tpaddings: INT32, mode: attribute.text(mode.toUpperCase()) };
  return site.graph.op('MirrorPad', given, shape, attributes);
}

function resizeOperation(site: CallSite): Tensor {
  const { config } = site;
  const input = x(site);
  const size = integers(site, 1, 'size');
  const [height, width] = size ?? [];
  const is = (name: string): boolean => option(site, 9, name) === true;
  if (
    size?.length !== 2 ||
    !(height! > 0) ||
    !(width! > 0) ||
    input.rank !== 4 ||
    is('preserve_aspect_ratio')
  )
    throw config.unsupported('with other than a height and a width');
  return fitted(site, input, [height!, width!], {
    method: methodOf(config, 'bilinear', option(site, 2, 'method', 'interpolation')),
    antialias: is('antialias'),
    crops: is('crop_to_aspect_ratio'),
    pads: is('pad_to_aspect_ratio'),
  });
}

/** All tensors are float32 here. */
function cast(site: CallSite): Tensor {
  const type = option(site, 1, 'dtype');
  if (type !== undefined && type !== 'float32')
    throw site.config.unsupported(`to ${String(type).slice(0, 20)}`);
  return x(site);
}
