import {
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { type HeldInputs, InputShapes } from '../input-shapes.js';
import type { StreamEngine } from '../streams/stream-engine.js';
import { loadTensorFlow } from './binding.js';
import { loadModel } from './load-model.js';
import { Session, type SharedSession } from './session.js';
import type { TensorFlowRuntime } from './session-request.js';

interface OpenModel {
  /** Each signature is in one of them. */
  readonly sessions: readonly Session[];
  readonly held: HeldInputs;
  readonly shapes: InputShapes;
}

interface SharedModel {
  readonly sessions: readonly SharedSession[];
  readonly held: HeldInputs;
}

/** TensorFlow's C library through `@tensorflow/tfjs-node-gpu`. A run blocks its thread: it belongs into a host. */
export class TensorFlowEngine implements StreamEngine {
  readonly runsAtOnce = 1;
  private readonly models = new Map<string, OpenModel>();

  private constructor(private readonly runtime: TensorFlowRuntime) {}

  static async start(): Promise<TensorFlowEngine> {
    return new TensorFlowEngine(loadTensorFlow());
  }

  async info(): Promise<EngineInfo> {
    return { runtime: 'tensorflow', version: this.runtime.version, device: this.runtime.device };
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    if (this.models.has(model)) throw new Error(`This is a bug. ${model} is loaded already.`);
    const { sessions, held, loaded } = await loadModel(this.runtime, directory, options);
    this.hold(model, sessions, held);
    return loaded;
  }

  async share(model: string): Promise<SharedModel> {
    const { sessions, held } = this.models.get(model)!;
    return { sessions: sessions.map(({ shared }) => shared), held };
  }

  async attach(model: string, { sessions, held }: SharedModel): Promise<void> {
    const attached = sessions.map((session) => Session.attach(this.runtime.binding, session));
    this.hold(model, attached, held);
  }

  async run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const open = this.models.get(model);
    if (!open) throw new EngineError('gone', `There is no model ${model}.`);
    open.shapes.check(signature, inputs);
    const session = open.sessions.find((one) => one.has(signature));
    if (!session) throw new EngineError('run', `The model has no signature ${signature}.`);
    return session.run(signature, inputs);
  }

  async unload(model: string): Promise<void> {
    const open = this.models.get(model);
    if (!open) return;
    this.models.delete(model);
    for (const session of open.sessions) session.close();
  }

  async close(): Promise<void> {
    for (const model of this.models.keys()) await this.unload(model);
  }

  private hold(model: string, sessions: readonly Session[], held: HeldInputs): void {
    this.models.set(model, { sessions, held, shapes: new InputShapes(held, true) });
  }
}
