import {
  axisOf,
  fixed,
  inRows,
  isConstant,
  like,
  NotApartError,
  type RowNode,
  type RowValue,
} from './row-value.js';
import type { RowRule } from './row-rule.js';
import { isSame, known, numberOf } from './size.js';

/** Ops that take elements by their numbers. */
export const INDEXING_RULES: Readonly<Record<string, RowRule>> = {
  Gather: (node) => gather(node, 0, 0),
  GatherV2: (node) => gather(node, node.known(2)[0] ?? NaN, node.attributes.int('batch_dims', 0)),
  GatherNd: (node) => {
    const [params, indices] = [node.input(0), node.input(1)];
    if (params.axis === null && indices.axis === null) return constantOnly(node);
    if (!isConstant(params)) throw new NotApartError('takes rows by their number');
    const shape = node.shape(1);
    const depth = numberOf(shape.at(-1)!);
    if (indices.axis === shape.length - 1 || depth === null || !params.shape)
      throw new NotApartError('takes rows by their number');
    return like(indices, [...shape.slice(0, -1), ...params.shape.slice(depth)]);
  },
  OneHot: (node) => {
    const indices = node.input(0);
    node.othersAreConstant();
    if (indices.axis === null) return constantOnly(node);
    const shape = node.shape(0);
    const at = axisOf(node.attributes.int('axis', -1), shape.length + 1);
    const depth = node.input(1).numbers?.[0] ?? node.unknown();
    return inRows(
      shape.toSpliced(at, 0, depth),
      at <= indices.axis ? indices.axis + 1 : indices.axis,
      indices.rounds,
    );
  },
  CombinedNonMaxSuppression: (node) => {
    const [boxes, scores] = [node.input(0), node.input(1)];
    node.othersAreConstant(2);
    if (boxes.axis === null && scores.axis === null) return constantOnly(node);
    const rows = node.shape(0)[0]!;
    const areSame = boxes.axis === 0 && scores.axis === 0 && isSame(rows, node.shape(1)[0]!);
    if (!areSame || boxes.rounds !== 1 || scores.rounds !== 1)
      throw new NotApartError('joins each row with others');
    const count = node.unknown();
    const [of, each] = [[rows, count], [rows]];
    return [inRows([...of, known(4)], 0), inRows(of, 0), inRows(of, 0), inRows(each, 0)];
  },
};

function constantOnly(node: RowNode): RowValue {
  if (!node.inputs.every(isConstant)) throw new NotApartError('computes with the number of rows');
  return fixed(null);
}

/** What `indices` say of `params` along an axis; for each of the first `batchDims` axes of both by itself. */
function gather(node: RowNode, axis: number, batchDims: number): RowValue {
  const [params, indices] = [node.input(0), node.input(1)];
  if (params.axis === null && indices.axis === null) return ofNumbers(node, params, indices);
  if (![params, indices].every((value) => value.axis !== null || isConstant(value)))
    throw new NotApartError('computes with the number of rows');
  const [from, by] = [node.shape(0), node.shape(1)];
  const at = axisOf(axis, from.length);
  const common = batchDims < 0 ? batchDims + by.length : batchDims;
  const shape = [...from.slice(0, at), ...by.slice(common), ...from.slice(at + 1)];
  const isInCommon =
    params.axis !== null &&
    params.axis === indices.axis &&
    params.axis < common &&
    params.rounds === indices.rounds &&
    isSame(from[params.axis]!, by[indices.axis]!);
  if (isInCommon) return like(params, shape);
  if (indices.axis === null) {
    if (params.axis === at) throw new NotApartError('takes some of the rows');
    if (params.axis! < common) throw new NotApartError('treats each row otherwise');
    return like(params, shape, params.axis! < at ? params.axis : params.axis! + by.length - common - 1);
  }
  if (params.axis !== null) throw new NotApartError('takes rows by their number');
  if (indices.axis < common) throw new NotApartError('treats each row otherwise');
  return like(indices, shape, at + indices.axis - common);
}

/** Some of the sizes of a shape. */
function ofNumbers(node: RowNode, params: RowValue, indices: RowValue): RowValue {
  const places = indices.numbers?.map(numberOf);
  const isOfShape =
    params.numbers && params.shape?.length === 1 && indices.shape && indices.shape.length <= 1;
  if (!isOfShape || !places || places.includes(null)) return constantOnly(node);
  const taken = places.map((place) => params.numbers![place!]);
  if (taken.includes(undefined)) return constantOnly(node);
  return fixed(
    indices.shape,
    taken.map((size) => size!),
  );
}
