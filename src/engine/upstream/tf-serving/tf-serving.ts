import { DataType } from '../../../saved-model/proto/tensor_pb.js';
import { dtypeName } from '../../../saved-model/dtypes.js';
import type { SavedSignature, SavedTensor } from '../../../saved-model/signature.js';
import { EngineError, type NamedTensors, type Signature } from '../../engine.js';
import type { DType } from '../../tensor.js';
import { readDeclaredShape } from '../remote-shape.js';
import type { RemoteProtocol, Send } from '../remote-protocol.js';
import type { UpstreamAnswer, UpstreamRequest } from '../upstream-message.js';
import type { UpstreamConfig } from '../upstream-config.js';
import { jsonObject, unreadable } from '../upstream-error.js';
import { readPrediction, writePrediction } from './predict-json.js';

/** The dtypes that TensorFlow Serving reads and writes as JSON (`tensorflow_serving/util/json_tensor.cc`). */
const CARRIED: ReadonlySet<DType> = new Set<DType>([
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint32',
  'uint64',
  'bool',
  'string',
]);

/** TensorFlow Serving's REST API, `/v1` (`tensorflow_serving/g3doc/api_rest.md`). */
export class TfServing implements RemoteProtocol {
  readonly name = 'tf-serving';
  private readonly path: string;

  constructor({ version, label }: Pick<UpstreamConfig, 'version' | 'label'>, model: string) {
    const choice =
      version !== undefined
        ? `/versions/${version}`
        : label !== undefined
          ? `/labels/${encodeURIComponent(label)}`
          : '';
    this.path = `/v1/models/${encodeURIComponent(model)}${choice}`;
  }

  carries(dtype: DType): boolean {
    return CARRIED.has(dtype);
  }

  async describe(send: Send): Promise<ReadonlyMap<string, SavedSignature>> {
    const answer = jsonObject(await send({ method: 'GET', path: `${this.path}/metadata` }));
    // Twice: the field of the answer, and the field of the message that it holds.
    const signatures = inside(answer, 'metadata', 'signature_def', 'signature_def');
    if (!signatures)
      throw new EngineError('load', 'The remote server does not tell the signatures of the model.');
    return new Map(Object.entries(signatures).map(([name, signature]) => [name, readSignature(signature)]));
  }

  request(signatureName: string, inputs: NamedTensors): UpstreamRequest {
    const headers = { 'content-type': 'application/json' };
    const body = Buffer.from(writePrediction(signatureName, inputs));
    return { method: 'POST', path: `${this.path}:predict`, headers, body };
  }

  outputs({ body }: UpstreamAnswer, { outputs }: Signature): NamedTensors {
    return readPrediction(body, outputs);
  }
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** The object under nested keys; `undefined` where one is missing. */
function inside(value: unknown, ...keys: readonly string[]): JsonRecord | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [key, ...further] = keys;
  const record = value as JsonRecord;
  return key === undefined ? record : inside(record[key], ...further);
}

function readSignature(signature: unknown): SavedSignature {
  const methodName = inside(signature)?.method_name;
  return {
    inputs: readTensors(inside(signature, 'inputs')),
    outputs: readTensors(inside(signature, 'outputs')),
    methodName: typeof methodName === 'string' ? methodName : '',
  };
}

function readTensors(tensors: JsonRecord | undefined): SavedTensor[] {
  return Object.entries(tensors ?? {}).map(([name, tensor]) => {
    const { dtype, name: node } = inside(tensor) ?? {};
    const dataType = DataType[dtype as keyof typeof DataType];
    if (typeof dtype !== 'string' || typeof dataType !== 'number')
      throw unreadable(`the tensor ${name} has no dtype that is one`);
    // A tensor made of several, such as a sparse one, has other fields instead of a name.
    const nodes = typeof node === 'string' ? [node] : [];
    return { name, dtype: dtypeName(dataType), dataType, shape: readTensorShape(tensor, name), nodes };
  });
}

function readTensorShape(tensor: unknown, name: string): SavedTensor['shape'] {
  const shape = inside(tensor, 'tensor_shape');
  if (!shape || shape.unknown_rank === true) return null;
  const sizes = Array.isArray(shape.dim) ? shape.dim.map((dim) => inside(dim)?.size) : [];
  return readDeclaredShape(sizes, name);
}
