import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { dtypeName } from '../../saved-model/dtypes.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import type { SavedSignature } from '../../saved-model/signature.js';
import { isPlainEinsum } from './einsum.js';
import { dtypesOf, isHeld } from './ops.js';
import { weightOf } from './weights.js';

/** What to do about a model that this runtime cannot run. */
export const REMEDY = 'Native TensorFlow runs it: npm run tensorflow installs that.';

/** The sentence that names a tensor of a signature which the runtime cannot hold; `null` if it can hold all of them. */
export function signatureRefusal({ inputs, outputs }: SavedSignature): string | null {
  for (const [kind, tensors] of [
    ['input', inputs],
    ['output', outputs],
  ] as const) {
    const tensor = tensors.find(({ dataType }) => !isHeld(dataType));
    if (tensor) {
      return `its ${kind} ${plain(tensor.name)} is ${tensor.dtype}, which WebAssembly does not compute with. ${REMEDY}`;
    }
  }
  return null;
}

/**
 * The sentence that names a node which the runtime cannot run, and why; `null` if it can run all of them.
 * @param remedy what to do about it
 */
export function refusalOf(nodes: readonly NodeDef[], remedy = REMEDY): string | null {
  for (const node of nodes) {
    const reason = reasonAgainst(node);
    if (reason !== null) return `the op ${plain(node.op)} (node ${plain(node.name)}) ${reason}. ${remedy}`;
  }
  return null;
}

/** Why the runtime cannot run a node, as a predicate; `null` if it can. */
export function reasonAgainst(node: NodeDef): string | null {
  const dtypes = dtypesOf(node.op);
  if (!dtypes) return 'is not one that the WebAssembly runtime has';
  for (const dtype of Object.values(node.attr).flatMap(({ value }) => typesIn(value))) {
    if (!isHeld(dtype)) return `needs ${dtypeName(dtype)}, which WebAssembly does not compute with`;
  }
  for (const dtype of elementTypes(node)) {
    if (!dtypes.includes(dtype))
      return `is of ${dtypeName(dtype)}, which the WebAssembly runtime does not have it for`;
  }
  if (node.op === 'Const' && !weightOf(node)) return 'has a value that does not fit into 32 bits';
  const reason = REASONS[node.op]?.(node);
  return reason ?? layoutReason(node);
}

/** The attribute that types an op's elements, where it is not `T`. */
const ELEMENT_TYPE: Readonly<Record<string, string>> = {
  Placeholder: 'dtype',
  PlaceholderWithDefault: 'dtype',
  Const: 'dtype',
  Cast: 'SrcT',
  Gather: 'Tparams',
  GatherV2: 'Tparams',
  GatherNd: 'Tparams',
  Range: 'Tidx',
  BatchMatMulV3: 'Ta',
};

type AttrCase = NodeDef['attr'][string]['value'];

function elementTypes({ op, attr }: NodeDef): DataType[] {
  const value = attr[ELEMENT_TYPE[op] ?? 'T']?.value;
  return value ? typesIn(value) : [];
}

function typesIn(value: AttrCase): DataType[] {
  if (value.case === 'type') return [value.value];
  return value.case === 'list' ? value.value.type : [];
}

/** What speaks against single ops, by their attributes. */
const REASONS: Readonly<Record<string, (node: NodeDef) => string | null>> = {
  Einsum: (node) =>
    isPlainEinsum(textOf(node, 'equation')) ? null : 'has an equation that WebAssembly has no product for',
  Cast: (node) => castReason(node),
  FusedBatchNorm: (node) => trainingReason(node),
  FusedBatchNormV2: (node) => trainingReason(node),
  FusedBatchNormV3: (node) => trainingReason(node),
  // The backend's samples elsewhere than TensorFlow.
  CropAndResize: (node) =>
    textOf(node, 'method') === 'nearest'
      ? 'takes the nearest pixel, which WebAssembly takes elsewhere'
      : null,
  MaxPool: (node) => explicitReason(node),
  Conv2DBackpropInput: (node) =>
    explicitReason(node) ??
    (intsOf(node, 'dilations').some((size) => size > 1n) ? 'is dilated, which WebAssembly lacks' : null),
};

function castReason({ attr }: NodeDef): string | null {
  const to = attr['DstT']?.value.value as DataType | undefined;
  const narrow = [DataType.DT_INT8, DataType.DT_INT16, DataType.DT_UINT16].find((dtype) => dtype === to);
  return narrow === undefined ? null : `makes ${dtypeName(narrow)}, which WebAssembly does not compute with`;
}

function trainingReason({ attr }: NodeDef): string | null {
  // Left out, it is true.
  return attr['is_training']?.value.value === false
    ? null
    : 'is in training mode, with statistics of the batch';
}

function explicitReason(node: NodeDef): string | null {
  return textOf(node, 'padding') === 'EXPLICIT' ? 'has explicit paddings, which WebAssembly lacks' : null;
}

/** The backend has channels last only. */
function layoutReason(node: NodeDef): string | null {
  const layout = textOf(node, 'data_format');
  return layout === '' || layout.endsWith('C')
    ? null
    : `has the layout ${plain(layout)}; WebAssembly has channels last only`;
}

function textOf({ attr }: NodeDef, name: string): string {
  const value = attr[name]?.value;
  return value?.case === 's' ? Buffer.from(value.value).toString('utf8') : '';
}

function intsOf({ attr }: NodeDef, name: string): readonly bigint[] {
  const value = attr[name]?.value;
  return value?.case === 'list' ? value.value.i : [];
}

/** A name as it is, if it looks like one of TensorFlow's; or else in quotes. */
function plain(name: string): string {
  return /^[\w.<>/\\-]{1,200}$/.test(name) ? name : quote(name);
}
