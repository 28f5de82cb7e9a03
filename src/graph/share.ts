import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { AttrValueSchema, type NodeDef } from '../saved-model/proto/graph_pb.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { type FlatGraph, parseInput } from './flat-graph.js';
import { GraphIndex, pruned } from './graph-index.js';

/**
 * Computes once what is computed twice: nodes with the same op, attributes and inputs become one. Inputs of the same name, dtype and shape are
 * one too, so that signatures that compute the same (Keras exports `serve` and `serving_default`) share all their nodes. Pure.
 */
export function share(graph: FlatGraph): FlatGraph {
  const inputs = inputIdentities(graph);
  const firsts = new Map<string, string>();
  const instead = new Map<string, string>();
  const nodes: NodeDef[] = [];
  for (const node of new GraphIndex(graph).inOrder()) {
    const renamed = { ...node, input: node.input.map((input) => renamedInput(input, instead)) };
    const identity = inputs.get(node.name) ?? identityOf(renamed);
    const first = firsts.get(identity);
    if (first === undefined) {
      firsts.set(identity, node.name);
      nodes.push(renamed);
    } else instead.set(node.name, first);
  }
  const signatures = new Map(
    [...graph.signatures].map(([name, signature]) => [name, renamedSignature(signature, instead)]),
  );
  return pruned({ ...graph, nodes, signatures });
}

/** What makes two signatures' placeholders the same one. */
function inputIdentities({ signatures }: FlatGraph): ReadonlyMap<string, string> {
  const identities = new Map<string, string>();
  for (const { inputs } of signatures.values()) {
    for (const { name, dtype, shape, nodes } of inputs) {
      identities.set(parseInput(nodes[0]!).node, JSON.stringify(['input', name, dtype, shape]));
    }
  }
  return identities;
}

function identityOf({ op, input, attr }: NodeDef): string {
  const hash = createHash('sha256').update(JSON.stringify([op, input]));
  for (const key of Object.keys(attr).toSorted()) {
    const value = attr[key]!;
    hash.update(key);
    if (value.value.case === 'tensor' && value.value.value.tensorContent.length > 0) {
      const { tensorContent, ...rest } = value.value.value;
      hash.update(JSON.stringify([rest.dtype, rest.tensorShape?.dim.map(({ size }) => String(size))]));
      hash.update(tensorContent);
    } else hash.update(toBinary(AttrValueSchema, value));
  }
  return hash.digest('base64');
}

function renamedInput(input: string, instead: ReadonlyMap<string, string>): string {
  const { node, output } = parseInput(input);
  const name = instead.get(node);
  if (name === undefined) return input;
  return output === 0 ? name : `${name}:${output}`;
}

function renamedSignature(signature: SavedSignature, instead: ReadonlyMap<string, string>): SavedSignature {
  const renamed = (tensor: SavedTensor): SavedTensor => {
    const { node, output } = parseInput(tensor.nodes[0]!);
    return { ...tensor, nodes: [`${instead.get(node) ?? node}:${output}`] };
  };
  return { ...signature, inputs: signature.inputs.map(renamed), outputs: signature.outputs.map(renamed) };
}
