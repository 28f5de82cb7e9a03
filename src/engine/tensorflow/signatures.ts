import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, type Signature } from '../engine.js';
import { DTYPES, type TensorSpec } from '../tensor.js';

/** A tensor of a signature, with the name of its node in the graph: `serving_default_x:0`. */
export interface GraphTensor {
  readonly spec: TensorSpec;
  readonly node: string;
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

/** TensorFlow's names of its dtypes, by their numbers in `types.proto`. */
const DTYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  4: 'uint8',
  5: 'int16',
  6: 'int8',
  7: 'string',
  8: 'complex64',
  9: 'int64',
  10: 'bool',
  11: 'qint8',
  12: 'quint8',
  13: 'qint32',
  14: 'bfloat16',
  15: 'qint16',
  16: 'quint16',
  17: 'uint16',
  18: 'complex128',
  19: 'float16',
  20: 'resource',
  21: 'variant',
  22: 'uint32',
  23: 'uint64',
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

  const signatures = new Map<string, GraphSignature>();
  const refused = new Map<string, string>();
  metaGraph.getSignatureDefMap().forEach((signature, name) => {
    if (name === INIT_OP_SIGNATURE) return;
    try {
      const inputs = readTensors(signature.getInputsMap(), 'input');
      const outputs = readTensors(signature.getOutputsMap(), 'output');
      signatures.set(name, { inputs, outputs });
    } catch (error) {
      if (!(error instanceof UncarriedError)) throw error;
      refused.set(name, `Signature ${name} cannot be served: ${error.message}`);
    }
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

function readTensors(map: ProtoMap<ProtoTensorInfo>, kind: string): GraphTensor[] {
  const tensors: GraphTensor[] = [];
  map.forEach((info, name) => {
    const dtypeName = DTYPE_NAMES[info.getDtype()] ?? `of the dtype number ${info.getDtype()}`;
    const dtype = DTYPES.find((candidate) => candidate === dtypeName);
    if (!dtype) {
      throw new UncarriedError(
        `its ${kind} ${name} is ${dtypeName}, which the TensorFlow binding does not carry. ` +
          'Export it with a Cast to float32 or int32.',
      );
    }
    const shape = info.getTensorShape();
    const known = shape && !shape.getUnknownRank();
    const sizes = known ? shape.getDimList().map((dim) => (dim.getSize() < 0 ? null : dim.getSize())) : null;
    tensors.push({ spec: { name, dtype, shape: sizes }, node: info.getName() });
  });
  return tensors;
}

class UncarriedError extends Error {}

export function publicSignature({ inputs, outputs }: GraphSignature): Signature {
  return { inputs: inputs.map(({ spec }) => spec), outputs: outputs.map(({ spec }) => spec) };
}
