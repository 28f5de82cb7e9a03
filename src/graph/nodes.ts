import { create } from '@bufbuild/protobuf';
import {
  type AttrValue,
  AttrValueSchema,
  type NodeDef,
  NodeDefSchema,
} from '../saved-model/proto/graph_pb.js';
import { quote } from '../saved-model/saved-model.errors.js';
import { DataType, type TensorShapeProto, TensorShapeProtoSchema } from '../saved-model/proto/tensor_pb.js';
import { NotFlatError } from './flat-graph.js';

/** A node for a graph; `inputs` are `name` or `name:k`. */
export function makeNode(
  op: string,
  name: string,
  inputs: readonly string[],
  attr: Readonly<Record<string, AttrValue>> = {},
): NodeDef {
  return create(NodeDefSchema, { op, name, input: [...inputs], attr });
}

/** A node that is given a value from outside; `null` for a shape, or a size, that is not known. */
export function placeholderNode(
  name: string,
  { dataType, shape }: { readonly dataType: DataType; readonly shape: readonly (number | null)[] | null },
): NodeDef {
  return makeNode('Placeholder', name, [], {
    dtype: attribute.type(dataType),
    shape: attribute.shape(shape),
  });
}

/** Values of a node's attributes, as TensorFlow types them. */
export const attribute = {
  type: (value: DataType): AttrValue => create(AttrValueSchema, { value: { case: 'type', value } }),
  int: (value: number): AttrValue => create(AttrValueSchema, { value: { case: 'i', value: BigInt(value) } }),
  float: (value: number): AttrValue => create(AttrValueSchema, { value: { case: 'f', value } }),
  bool: (value: boolean): AttrValue => create(AttrValueSchema, { value: { case: 'b', value } }),
  text: (value: string): AttrValue =>
    create(AttrValueSchema, { value: { case: 's', value: Buffer.from(value) } }),
  shape: (value: readonly (number | null)[] | null): AttrValue =>
    create(AttrValueSchema, { value: { case: 'shape', value: shapeProto(value) } }),
  ints: (value: readonly number[]): AttrValue =>
    create(AttrValueSchema, { value: { case: 'list', value: { i: value.map(BigInt) } } }),
  floats: (value: readonly number[]): AttrValue =>
    create(AttrValueSchema, { value: { case: 'list', value: { f: [...value] } } }),
  types: (value: readonly DataType[]): AttrValue =>
    create(AttrValueSchema, { value: { case: 'list', value: { type: [...value] } } }),
  texts: (value: readonly string[]): AttrValue =>
    create(AttrValueSchema, {
      value: { case: 'list', value: { s: value.map((text) => Buffer.from(text)) } },
    }),
} as const;

/** A shape as TensorFlow writes it: `null` is a size, or a whole shape, that is not known. */
export function shapeProto(shape: readonly (number | null)[] | null): TensorShapeProto {
  return create(
    TensorShapeProtoSchema,
    shape === null ? { unknownRank: true } : { dim: shape.map((size) => ({ size: BigInt(size ?? -1) })) },
  );
}

/** A name like `wanted` that is not in `names` yet; it is from now on. */
export function takeName(names: Set<string>, wanted: string): string {
  let name = wanted;
  while (names.has(name)) name += '_';
  names.add(name);
  return name;
}

/**
 * The attributes that say what a node computes. Those that begin with `_` are notes to TensorFlow's runtime about other nodes.
 * @throws NotFlatError
 */
export function ownAttributes({ name, attr }: NodeDef): NodeDef['attr'] {
  const own = Object.entries(attr).filter(([key]) => !key.startsWith('_'));
  // In a function made for several dtypes the caller fills them in.
  if (own.some(([, { value }]) => value.case === 'placeholder'))
    throw new NotFlatError(`Its node ${quote(name)} takes an attribute from whoever calls its function.`);
  return Object.fromEntries(own);
}

/** A name as TensorFlow takes it for a node. */
export function cleaned(name: string): string {
  const clean = name.replace(/[^\w.\-/]/g, '_');
  return /^[A-Za-z0-9.]/.test(clean) ? clean : `n${clean}`;
}
