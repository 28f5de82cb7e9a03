import {
  type Engine,
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type NamedTensors,
  type Signature,
} from '../engine.js';
import { normalisePixels } from '../normalise.js';
import { carriedSignatures, declaredSignatures, publicSignature } from '../signatures.js';
import type { Tensor } from '../tensor.js';
import { OpenInference } from './open-inference/open-inference.js';
import type { RemoteProtocol, Send } from './remote-protocol.js';
import { TfServing } from './tf-serving/tf-serving.js';
import { UpstreamClient } from './upstream-client.js';
import type { UpstreamConfig } from './upstream-config.js';
import { answeredError, unreadable, upstreamError } from './upstream-error.js';

/** Its graph is there, and so is whoever could be asked. */
const UNKNOWN_ROWS = {
  independent: false,
  reason: 'It runs on another server, which does not tell whether its rows are independent.',
} as const;

export interface UpstreamEngineOptions {
  /** The model's name here, which it has there too unless the configuration says otherwise. */
  readonly name: string;
  /** The largest answer that is read; 256 MiB by default. */
  readonly maxAnswerBytes?: number;
}

/**
 * One model that another server runs. Tensors go there and come back; all that is said of them, and done with pictures, stays
 * here. It reads no directory.
 */
export class UpstreamEngine implements Engine {
  private readonly client: UpstreamClient;
  private readonly protocol: RemoteProtocol;
  private readonly device: string;
  /** The signatures, once the model is loaded. */
  private signatures: Readonly<Record<string, Signature>> | undefined;
  private closed = false;

  constructor(
    private readonly config: UpstreamConfig,
    { name, maxAnswerBytes }: UpstreamEngineOptions,
  ) {
    this.client = new UpstreamClient(config, maxAnswerBytes);
    const model = config.model ?? name;
    this.protocol =
      config.protocol === 'tf-serving' ? new TfServing(config, model) : new OpenInference(config, model);
    this.device = `upstream ${this.protocol.name}`;
  }

  get runsAtOnce(): number {
    return this.config.concurrency;
  }

  async info(): Promise<EngineInfo> {
    return { runtime: 'upstream', version: this.protocol.name, device: this.device };
  }

  /** Asks what the model is like. Rejects with `upstream-unavailable` too: then the server may know it later. */
  async load(): Promise<LoadedModel> {
    const described = await this.protocol.describe(this.sendToLoad);
    const { signatures, refused } = carriedSignatures(described);
    const refusals = new Map(refused);
    const carried: Record<string, Signature> = {};
    for (const [name, signature] of signatures) {
      const spec = publicSignature(signature);
      const fault = [...spec.inputs, ...spec.outputs].find(({ dtype }) => !this.protocol.carries(dtype));
      if (fault)
        refusals.set(
          name,
          `Signature ${name} cannot be served: ${fault.name} is ${fault.dtype}, which ${this.protocol.name} does not carry.`,
        );
      else carried[name] = spec;
    }
    this.signatures = carried;
    return {
      signatures: carried,
      rows: Object.fromEntries(Object.keys(carried).map((key) => [key, UNKNOWN_ROWS])),
      refused: Object.fromEntries(refusals),
      declared: declaredSignatures(described),
      warnings: [],
      device: this.device,
      memoryBytes: 0,
      stateful: [],
      graph: { optimised: false, reason: 'It runs on another server.' },
    };
  }

  async run(_model: string, signatureName: string, inputs: NamedTensors): Promise<NamedTensors> {
    const signature = this.signatures?.[signatureName];
    if (!signature) throw new Error(`This is a bug. The remote model was asked for ${signatureName}.`);
    const answer = await this.send(this.protocol.request(signatureName, withoutNormalise(inputs)));
    return this.protocol.outputs(answer, signature);
  }

  /** Its connections end; runs on their way are answered first. */
  async unload(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.client.close();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client.destroy();
  }

  private readonly send: Send = async (request) => {
    if (this.closed) throw new EngineError('crashed', 'The engine is closed.');
    const answer = await this.client.send(request);
    const error = answeredError(answer);
    if (error) throw error;
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw unreadable(`it is compressed (${encoding}), which was not asked for`);
    return answer;
  };

  /** While a model is loaded, an error that would be the input's is the model's. */
  private readonly sendToLoad: Send = async (request) => {
    try {
      return await this.send(request);
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== 'input') throw error;
      throw upstreamError('load', error.message, error.cause);
    }
  };
}

function withoutNormalise(inputs: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]): [string, Tensor] => [
      name,
      tensor.normalise ? normalisePixels(tensor, tensor.normalise) : tensor,
    ]),
  );
}
