import {
  type Engine,
  EngineError,
  type EngineInfo,
  type EngineNote,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { heldInputs } from '../held-inputs.js';
import { InputShapes } from '../input-shapes.js';
import { openModel } from '../open-model.js';
import { carriedSignatures, declaredSignatures, publicSignature } from '../signatures.js';
import { provenRows } from '../prove-rows.js';
import { startBackend, type WasmBackend } from './backend.js';
import { registerCustomOps } from './custom-ops.js';
import { mendKernels } from './kernels.js';
import { wasmGraph } from './wasm-graph.js';
import { WasmSession } from './wasm-session.js';

interface OpenModel {
  readonly session: WasmSession;
  readonly shapes: InputShapes;
}

/**
 * TensorFlow.js on WebAssembly: needs nothing but Node. A run blocks its process, decoding and encoding of pictures aside: it belongs
 * into a host.
 */
export class WasmEngine implements Engine {
  readonly runsAtOnce = 1;
  private readonly models = new Map<string, OpenModel>();
  /** The last run that was asked for: the next one begins when it ends. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly backend: WasmBackend,
    private readonly note: EngineNote | undefined,
  ) {}

  /** @param note why it is this runtime, for the log */
  static async start(note?: EngineNote): Promise<WasmEngine> {
    const backend = await startBackend();
    registerCustomOps(backend);
    mendKernels(backend.tf);
    return new WasmEngine(backend, note);
  }

  async info(): Promise<EngineInfo> {
    const { version, device } = this.backend;
    return { runtime: 'wasm', version, device, ...(this.note !== undefined && { note: this.note }) };
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    if (this.models.has(model)) throw new Error(`This is a bug. ${model} is loaded already.`);
    const opened = await openModel(directory, options.allowOps, options.root);
    const { signatures, refused } = carriedSignatures(opened.signatures, opened.refused);
    const before = process.memoryUsage.rss();
    const graph = await wasmGraph(opened, signatures, options.optimise);
    const all = new Map([...refused, ...graph.refused]);
    if (graph.signatures.size === 0) {
      const [sentence = 'The model has no signatures.'] = all.values(); // The others mostly say the same.
      throw new EngineError('load', sentence);
    }
    const session = new WasmSession(this.backend, graph);
    // A kernel that divides by their number would leave WebAssembly out of order for all that follow.
    const shapes = new InputShapes(heldInputs(opened, signatures), false);
    this.models.set(model, { session, shapes });
    const served = [...signatures].filter(([name]) => graph.signatures.has(name));
    const ranges = await opened.pixelRanges();
    const rows = await provenRows(await opened.rows(), new Map(served), (name, inputs) =>
      this.run(model, name, inputs),
    );
    return {
      signatures: Object.fromEntries(
        served.map(([name, saved]) => [name, publicSignature(saved, ranges.get(name))]),
      ),
      rows,
      refused: Object.fromEntries(all),
      declared: declaredSignatures(opened.declared),
      warnings: opened.warnings,
      device: this.backend.device,
      stateful: [], // Nothing that changes is flat.
      memoryBytes: Math.max(0, process.memoryUsage.rss() - before),
      graph: options.optimise
        ? { optimised: true }
        : { optimised: false, reason: 'model.yaml says optimise: off.' },
    };
  }

  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const result = this.turn.then(() => {
      const open = this.models.get(model);
      if (!open) throw new EngineError('gone', `There is no model ${model}.`);
      open.shapes.check(signature, inputs);
      return open.session.run(signature, inputs);
    });
    this.turn = result.catch(() => {});
    return result;
  }

  async unload(model: string): Promise<void> {
    await this.turn; // The runs that were asked for before.
    this.models.get(model)?.session.close();
    this.models.delete(model);
  }

  async close(): Promise<void> {
    for (const model of this.models.keys()) await this.unload(model);
  }
}
