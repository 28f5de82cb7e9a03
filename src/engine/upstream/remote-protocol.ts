import type { NamedTensors, Signature } from '../engine.js';
import type { DType } from '../tensor.js';
import type { SavedSignature } from '../../saved-model/signature.js';
import type { UpstreamAnswer, UpstreamRequest } from './upstream-message.js';

/** Sends a request and hands back the answer. @throws EngineError where there is none, or where it is an error */
export type Send = (request: UpstreamRequest) => Promise<UpstreamAnswer>;

/** How a remote server is asked: one instance for one model there. */
export interface RemoteProtocol {
  /** Its name in `model.yaml`. */
  readonly name: string;
  /** Which dtypes it can send and answer, as this engine is set. Known once the model is described. */
  carries(dtype: DType): boolean;
  /**
   * The signatures that the server tells of the model; `nodes` hold one empty text where it does not tell the graph's tensors.
   * @throws EngineError `upstream-unavailable` where it says that the model is not ready
   */
  describe(send: Send): Promise<ReadonlyMap<string, SavedSignature>>;
  /** @throws EngineError `input` for what the protocol cannot spell */
  request(signatureName: string, inputs: NamedTensors): UpstreamRequest;
  /** All outputs of `signature`, of its dtypes and of shapes that fit. @throws EngineError `upstream-failed` for anything else */
  outputs(answer: UpstreamAnswer, signature: Signature): NamedTensors;
}
