import type { SavedSignature, SavedTensor } from '../../../saved-model/signature.js';
import { EngineError, type NamedTensors, type Signature } from '../../engine.js';
import type { DType } from '../../tensor.js';
import { readDeclaredShape } from '../remote-shape.js';
import type { RemoteProtocol, Send } from '../remote-protocol.js';
import type { UpstreamAnswer, UpstreamRequest } from '../upstream-message.js';
import type { UpstreamConfig } from '../upstream-config.js';
import { jsonObject, unreadable, upstreamError } from '../upstream-error.js';
import { datatypeOf, dtypeOf } from './datatypes.js';
import { readOutputs } from './infer-answer.js';
import { binaryRequest, jsonRequest } from './infer-request.js';

/** A model has no signatures in this protocol: it is the one that clients ask for when they name none. */
const SIGNATURE = 'serving_default';

/** The Open Inference Protocol over HTTP: `/v2` (kserve/open-inference-protocol, `specification/protocol/inference_rest.md`). */
export class OpenInference implements RemoteProtocol {
  readonly name = 'open-inference';
  private readonly path: string;
  private readonly tensors: UpstreamConfig['tensors'];
  private binary: boolean;

  constructor({ version, tensors }: Pick<UpstreamConfig, 'version' | 'tensors'>, model: string) {
    const versionPath = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
    this.path = `/v2/models/${encodeURIComponent(model)}${versionPath}`;
    this.tensors = tensors;
    this.binary = tensors === 'binary';
  }

  carries(dtype: DType): boolean {
    return datatypeOf(dtype) !== undefined;
  }

  async describe(send: Send): Promise<ReadonlyMap<string, SavedSignature>> {
    if (this.tensors === 'auto') this.binary = await announcesBinary(send);
    if (!isReady(await send({ method: 'GET', path: `${this.path}/ready` })))
      throw upstreamError('upstream-unavailable', 'The remote server says that the model is not ready.');
    const { inputs, outputs } = jsonObject(await send({ method: 'GET', path: this.path }));
    const signature = { inputs: declared(inputs), outputs: declared(outputs), methodName: '' };
    if (signature.inputs.length === 0 || signature.outputs.length === 0)
      throw new EngineError('load', 'The remote server does not tell the inputs and outputs of the model.');
    return new Map([[SIGNATURE, signature]]);
  }

  request(_: string, inputs: NamedTensors): UpstreamRequest {
    const request = this.binary ? binaryRequest(inputs) : jsonRequest(inputs);
    return { method: 'POST', path: `${this.path}/infer`, ...request };
  }

  outputs(answer: UpstreamAnswer, { outputs }: Signature): NamedTensors {
    return readOutputs(answer, outputs);
  }
}

/** Servers that know the extension may not say so, and others that say nothing do not know it: JSON is what all know. */
async function announcesBinary(send: Send): Promise<boolean> {
  const { extensions } = jsonObject(await send({ method: 'GET', path: '/v2' }));
  return Array.isArray(extensions) && extensions.includes('binary_tensor_data');
}

/** Triton answers without a body, others say it in one. */
function isReady(answer: UpstreamAnswer): boolean {
  return answer.body.byteLength === 0 || jsonObject(answer).ready !== false;
}

function declared(tensors: unknown): SavedTensor[] {
  if (!Array.isArray(tensors)) return [];
  return tensors.map((tensor: { name?: unknown; datatype?: unknown; shape?: unknown } | null) => {
    const { name, datatype, shape } = tensor ?? {};
    if (typeof name !== 'string' || typeof datatype !== 'string')
      throw unreadable('a tensor of the model has no name or no datatype');
    return { name, ...dtypeOf(datatype), shape: readDeclaredShape(shape, name), nodes: [''] };
  });
}
