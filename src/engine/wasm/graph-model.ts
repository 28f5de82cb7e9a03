import { toJson } from '@bufbuild/protobuf';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import { parseInput } from '../../graph/flat-graph.js';
import { makeNode } from '../../graph/nodes.js';
import { type NodeDef, NodeDefSchema } from '../../saved-model/proto/graph_pb.js';
import type { WasmBackend } from './backend.js';
import { runtimeOp } from './custom-ops.js';
import { withDefaults } from './default-attributes.js';
import { inLowerCase } from './einsum.js';
import { type Weight, weightOf } from './weights.js';

export type WasmModel = GraphModel<io.IOHandlerSync>;

/**
 * Nodes that `unsupported.ts` found nothing against as a model of TensorFlow.js, its weights copied into WebAssembly's memory. Give it back
 * with `dispose`.
 */
export function makeGraphModel({ converter }: WasmBackend, nodes: readonly NodeDef[]): WasmModel {
  const weights = nodes.filter(({ op }) => op === 'Const').map((node) => ({ node, weight: theWeight(node) }));
  const artifacts: io.ModelArtifacts = {
    modelTopology: { node: nodes.map(topology), versions: { producer: 0, minConsumer: 0 } },
    weightSpecs: weights.map(({ node, weight: { dtype, shape } }) => ({
      name: modelName(node.name),
      dtype,
      shape: [...shape],
    })),
    weightData: joined(weights.map(({ weight }) => weight.bytes)),
  };
  const model = converter.loadGraphModelSync({ load: () => artifacts });
  delete artifacts.weightData; // The model keeps the artifacts, and has the weights twice.
  return model;
}

/**
 * A tensor's name in the model. TensorFlow.js looks names up in plain objects, where `constructor` would be found without being there; no
 * property of those has a slash.
 */
export function modelName(tensor: string): string {
  return `n/${tensor}`;
}

/** The node as protobuf's JSON, the form that TensorFlow.js reads; without a constant's value and a placeholder's shape. */
function topology(node: NodeDef): unknown {
  const { value: _value, shape, equation, ...attr } = withDefaults(node.op, node.attr);
  const kept = {
    ...attr,
    ...(shape && node.op !== 'Placeholder' && { shape }),
    ...(equation?.value.case === 's' && { equation: inLowerCase(equation.value.value) }),
  };
  const inputs = node.input.map((input) => {
    const { node: producer, output } = parseInput(input);
    return output === 0 ? modelName(producer) : `${modelName(producer)}:${output}`;
  });
  return toJson(NodeDefSchema, makeNode(runtimeOp(node), modelName(node.name), inputs, kept));
}

function theWeight(node: NodeDef): Weight {
  const weight = weightOf(node);
  if (!weight) throw new Error(`This is a bug. The constant ${node.name} was not refused.`);
  return weight;
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole.buffer;
}
