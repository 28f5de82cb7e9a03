import { type FlatGraph, parseInput } from '../../graph/flat-graph.js';
import { GraphIndex, pruned } from '../../graph/graph-index.js';
import { attribute, makeNode } from '../../graph/nodes.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import type { SavedTensor } from '../../saved-model/signature.js';

/** An op of the graph that decodes an input, done before the graph is run. */
export interface Decoding {
  /** The node that is fed the pixels, whole numbers `[height, width, channels]`. */
  readonly feed: string;
  /** 0 for those that the picture has. */
  readonly channels: number;
  readonly bits: 8 | 16;
  /** Whether it asks for the accurate transform of JPEGs, and not for TensorFlow's quick one. */
  readonly isAccurate: boolean;
}

/** An op of the graph that encodes an output, done after the graph was run; the output's node gives the pixels. */
export type Encoding =
  | { readonly format: 'png'; readonly compression: number }
  | {
      readonly format: 'jpeg';
      readonly quality: number;
      readonly progressive: boolean;
      readonly subsampled: boolean;
    };

export interface PictureEdges {
  readonly graph: FlatGraph;
  /** By the input's node, such as `serving_default/image:0`. */
  readonly decodings: ReadonlyMap<string, readonly Decoding[]>;
  /** By the output's node. */
  readonly encodings: ReadonlyMap<string, Encoding>;
}

/** The ops that are done before the graph is run, where they stand at its edge. */
export const DECODERS: ReadonlySet<string> = new Set(['DecodePng', 'DecodeJpeg', 'DecodeImage']);

/** Ops between a string and its codec, of which there is one: they make no other string of it. */
const PASSING: ReadonlySet<string> = new Set([
  'Identity',
  'StopGradient',
  'Reshape',
  'Squeeze',
  'ExpandDims',
  'EnsureShape',
]);

/**
 * The graph without the codecs at its edges: an input of strings that only decoders take, an output that an encoder gives. WebAssembly has
 * no codecs; those in between stay, and are refused.
 */
export function cutPictureEdges(graph: FlatGraph): PictureEdges {
  const index = new GraphIndex(graph);
  const replaced = new Map<NodeDef, NodeDef>();
  const decodings = new Map<string, readonly Decoding[]>();
  const encodings = new Map<string, Encoding>();
  for (const { inputs, outputs } of graph.signatures.values()) {
    for (const tensor of inputs) {
      const decoders = isString(tensor) ? decodersOf(index, nodeOf(index, tensor)) : null;
      if (!decoders) continue;
      for (const node of decoders) replaced.set(node, pixelPlaceholder(node));
      decodings.set(tensor.nodes[0]!, decoders.map(decodingOf));
    }
    for (const tensor of outputs) {
      const output = nodeOf(index, tensor);
      const encoder = isString(tensor) ? encoderOf(index, output) : null;
      const encoding = encoder && encodingOf(encoder);
      if (!encoding) continue;
      const type = { T: attribute.type(DataType.DT_UINT8) };
      replaced.set(output, makeNode('Identity', output.name, [encoder.input[0]!], type));
      encodings.set(tensor.nodes[0]!, encoding);
    }
  }
  const nodes = graph.nodes.map((node) => replaced.get(node) ?? node);
  return { graph: pruned({ ...graph, nodes }), decodings, encodings };
}

function isString({ dataType, shape }: SavedTensor): boolean {
  return dataType === DataType.DT_STRING && shape !== null && shape.length <= 1;
}

function nodeOf(index: GraphIndex, { nodes }: SavedTensor): NodeDef {
  return index.producer(nodes[0]!).node;
}

/** The decoders that take an input; `null` if none does, one is not known here, or another op takes it as well. */
function decodersOf(index: GraphIndex, input: NodeDef): NodeDef[] | null {
  const decoders: NodeDef[] = [];
  for (const node of index.consumersOf(input)) {
    const data = parseInput(node.input[0]!).node === input.name;
    if (!data) return null;
    const further = PASSING.has(node.op) ? decodersOf(index, node) : isDecoder(node) ? [node] : null;
    if (!further) return null;
    decoders.push(...further);
  }
  return decoders.length > 0 ? decoders : null;
}

function isDecoder({ op, attr }: NodeDef): boolean {
  const dtype = attr['dtype']?.value.value ?? DataType.DT_UINT8;
  // DecodeJpeg can give a smaller picture, or one without its colours smoothed.
  const whole = intOf(attr['ratio'], 1) === 1 && attr['fancy_upscaling']?.value.value !== false;
  return DECODERS.has(op) && whole && (dtype === DataType.DT_UINT8 || dtype === DataType.DT_UINT16);
}

function decodingOf({ name, attr }: NodeDef): Decoding {
  const bits = attr['dtype']?.value.value === DataType.DT_UINT16 ? 16 : 8;
  const isAccurate = textOf(attr['dct_method']) === 'INTEGER_ACCURATE';
  return { feed: name, channels: intOf(attr['channels'], 0), bits, isAccurate };
}

function pixelPlaceholder({ name, attr }: NodeDef): NodeDef {
  const dtype = attr['dtype'] ?? attribute.type(DataType.DT_UINT8);
  return makeNode('Placeholder', name, [], { dtype });
}

function encoderOf(index: GraphIndex, output: NodeDef): NodeDef | null {
  for (let node = output; ; node = index.producer(node.input[0]!).node) {
    if (node.op === 'EncodePng' || node.op === 'EncodeJpeg') return node;
    if (!PASSING.has(node.op)) return null;
  }
}

function encodingOf({ op, attr }: NodeDef): Encoding | null {
  if (op === 'EncodePng') {
    const narrow = (attr['T']?.value.value ?? DataType.DT_UINT8) === DataType.DT_UINT8;
    return narrow ? { format: 'png', compression: intOf(attr['compression'], -1) } : null;
  }
  return {
    format: 'jpeg',
    quality: intOf(attr['quality'], 95),
    progressive: attr['progressive']?.value.value === true,
    subsampled: attr['chroma_downsampling']?.value.value !== false,
  };
}

function textOf(attr: NodeDef['attr'][string] | undefined): string {
  return attr?.value.case === 's' ? Buffer.from(attr.value.value).toString('latin1') : '';
}

function intOf(attr: NodeDef['attr'][string] | undefined, otherwise: number): number {
  return attr?.value.case === 'i' ? Number(attr.value.value) : otherwise;
}
