import {
  type Engine,
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { openModel } from '../open-model.js';
import { loadTensorFlow } from './binding.js';
import { nativeBinding } from './native-binding.js';
import { SessionOpener, type TensorFlowRuntime } from './open-session.js';
import type { Session } from './session.js';
import { carriedSignatures, declaredSignatures, publicSignature } from '../signatures.js';

/** TensorFlow's C library through `@tensorflow/tfjs-node-gpu`. A run blocks its process: it belongs into a host. */
export class TensorFlowEngine implements Engine {
  private readonly sessions = new Map<string, Session>();
  private readonly opener: SessionOpener;

  private constructor(private readonly runtime: TensorFlowRuntime) {
    this.opener = new SessionOpener(runtime);
  }

  static async start(): Promise<TensorFlowEngine> {
    const { tf, version, device } = await loadTensorFlow();
    return new TensorFlowEngine({ binding: nativeBinding(tf), version, device });
  }

  async info(): Promise<EngineInfo> {
    return { runtime: 'tensorflow', version: this.runtime.version, device: this.runtime.device };
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    if (this.sessions.has(model)) throw new Error(`This is a bug. ${model} is loaded already.`);
    const opened = await openModel(directory, options.allowOps);
    const { signatures, refused } = carriedSignatures(opened.signatures);
    if (signatures.size === 0) {
      throw new EngineError('load', [...refused.values()].join(' ') || 'The SavedModel has no signatures.');
    }
    const before = process.memoryUsage.rss();
    const { session, graph } = await this.opener.open(opened, signatures, options);
    this.sessions.set(model, session);
    return {
      signatures: Object.fromEntries([...signatures].map(([name, saved]) => [name, publicSignature(saved)])),
      refused: Object.fromEntries(refused),
      declared: declaredSignatures(opened.signatures),
      device: this.runtime.device,
      memoryBytes: Math.max(0, process.memoryUsage.rss() - before),
      graph,
    };
  }

  async run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const session = this.sessions.get(model);
    if (!session) throw new EngineError('run', `There is no model ${model}.`);
    return session.run(signature, inputs);
  }

  async unload(model: string): Promise<void> {
    const session = this.sessions.get(model);
    if (!session) return;
    this.sessions.delete(model);
    session.close();
  }

  async close(): Promise<void> {
    for (const model of this.sessions.keys()) await this.unload(model);
  }
}
