import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, type Signature } from '../engine.js';
import type { DType, TensorSpec } from '../tensor.js';

/** A tensor of a signature as TensorFlow names it: `serving_default_x:0`, `DT_FLOAT`. */
export interface GraphTensor {
  readonly spec: TensorSpec;
  readonly node: string;
  readonly graphDType: string;
}

export interface GraphSignature {
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

export interface SavedModelSignatures {
  readonly tags: readonly string[];
  readonly signatures: ReadonlyMap<string, GraphSignature>;
  /** The signatures that the binding cannot carry, with the sentence that says why. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The dtypes that `runSavedModel` of the binding carries. Its uint8 goes in but does not come out. */
const CARRIED: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
  DT_UINT8: 'uint8',
  DT_BOOL: 'bool',
  DT_COMPLEX64: 'complex64',
  DT_STRING: 'string',
};

const INIT_OP_SIGNATURE = '__saved_model_init_op';

// The binding's own reader of signatures throws at the first dtype it does not carry, wherever it stands. So the
// protobuf classes that it ships are used directly. Only what is called here is described.
interface Message {
  getTagsList(): string[];
}
interface ProtoMap<T> {
  forEach(callback: (value: T, key: string) => void): void;
}
interface ProtoTensorInfo {
  getName(): string;
  getDtype(): number;
  getTensorShape(): { getDimList(): { getSize(): number }[]; getUnknownRank(): boolean } | undefined;
}
interface ProtoSignature {
  getInputsMap(): ProtoMap<ProtoTensorInfo>;
  getOutputsMap(): ProtoMap<ProtoTensorInfo>;
}
interface ProtoMetaGraph {
  getMetaInfoDef(): Message | undefined;
  getSignatureDefMap(): ProtoMap<ProtoSignature>;
}
interface Proto {
  readonly DataType: Readonly<Record<string, number>>;
  readonly SavedModel: { deserializeBinary(bytes: Uint8Array): { getMetaGraphsList(): ProtoMetaGraph[] } };
}

/**
 * The signatures of the SavedModel in `directory`: of its meta graph for serving, the one tagged `serve`.
 * @throws EngineError `load`
 */
export async function readSignatures(directory: string): Promise<SavedModelSignatures> {
  const proto = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as Proto;
  const metaGraph = readMetaGraphs(proto, await readSavedModel(directory)).find((graph) => {
    return graph.getMetaInfoDef()?.getTagsList().includes('serve');
  });
  if (!metaGraph) throw new EngineError('load', 'saved_model.pb has no meta graph with the tag "serve".');

  const dtypeNames = new Map(Object.entries(proto.DataType).map(([name, value]) => [value, name]));
  const signatures = new Map<string, GraphSignature>();
  const refused = new Map<string, string>();
  metaGraph.getSignatureDefMap().forEach((signature, name) => {
    if (name === INIT_OP_SIGNATURE) return;
    const inputs = readTensors(signature.getInputsMap(), dtypeNames);
    const outputs = readTensors(signature.getOutputsMap(), dtypeNames);
    const fault = firstFault(name, inputs, outputs);
    if (fault) refused.set(name, fault);
    else signatures.set(name, { inputs, outputs });
  });
  return { tags: metaGraph.getMetaInfoDef()?.getTagsList() ?? ['serve'], signatures, refused };
}

async function readSavedModel(directory: string): Promise<Uint8Array> {
  try {
    return await readFile(join(directory, 'saved_model.pb'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new EngineError('load', missing ? 'There is no saved_model.pb.' : 'saved_model.pb cannot be read.');
  }
}

function readMetaGraphs(proto: Proto, bytes: Uint8Array): ProtoMetaGraph[] {
  try {
    return proto.SavedModel.deserializeBinary(bytes).getMetaGraphsList();
  } catch {
    throw new EngineError('load', 'saved_model.pb is not a SavedModel, or only a part of one.');
  }
}

function readTensors(map: ProtoMap<ProtoTensorInfo>, dtypeNames: ReadonlyMap<number, string>): GraphTensor[] {
  const tensors: GraphTensor[] = [];
  map.forEach((info, name) => {
    const graphDType = dtypeNames.get(info.getDtype()) ?? `dtype ${info.getDtype()}`;
    const shape = info.getTensorShape();
    const known = shape && !shape.getUnknownRank();
    const sizes = known ? shape.getDimList().map((dim) => (dim.getSize() < 0 ? null : dim.getSize())) : null;
    // A dtype outside CARRIED never leaves this file: firstFault refuses its signature.
    const dtype = CARRIED[graphDType] ?? 'float32';
    tensors.push({ spec: { name, dtype, shape: sizes }, node: info.getName(), graphDType });
  });
  return tensors;
}

function firstFault(name: string, inputs: GraphTensor[], outputs: GraphTensor[]): string | undefined {
  const cannot = (kind: string, tensor: GraphTensor): string =>
    `Signature ${name} cannot be served: its ${kind} ${tensor.spec.name} is ${printable(tensor.graphDType)}, which the ` +
    `TensorFlow binding does not carry. Export it with a Cast to float32 or int32.`;
  const input = inputs.find(({ graphDType }) => !(graphDType in CARRIED));
  if (input) return cannot('input', input);
  const output = outputs.find(({ graphDType }) => !(graphDType in CARRIED) || graphDType === 'DT_UINT8');
  return output && cannot('output', output);
}

/** `DT_DOUBLE` → `float64`, `DT_HALF` → `float16`, `DT_UINT16` → `uint16`. */
function printable(graphDType: string): string {
  const name = graphDType.replace(/^DT_/, '').toLowerCase();
  return { double: 'float64', half: 'float16' }[name] ?? name;
}

export function publicSignature({ inputs, outputs }: GraphSignature): Signature {
  return { inputs: inputs.map(({ spec }) => spec), outputs: outputs.map(({ spec }) => spec) };
}
