import {
  type Engine,
  EngineError,
  type EngineInfo,
  type LoadedModel,
  type LoadOptions,
  type NamedTensors,
} from '../engine.js';
import { openVariables } from '../../saved-model/bundle.js';
import { checkOps } from '../../saved-model/check-ops.js';
import { readSavedModel, type SavedModelFile } from '../../saved-model/saved-model-file.js';
import { SavedModelError } from '../../saved-model/saved-model.errors.js';
import { loadTensorFlow } from './binding.js';
import { type Binding, nativeBinding, type NativeTensor } from './native-binding.js';
import { carriedSignatures, type GraphSignature, publicSignature } from './signatures.js';
import { createTensor, readTensor } from './tensors.js';

interface Session {
  readonly id: number;
  readonly signatures: ReadonlyMap<string, GraphSignature>;
}

/** TensorFlow's C library through `@tensorflow/tfjs-node-gpu`. A run blocks its process: it belongs into a host. */
export class TensorFlowEngine implements Engine {
  private readonly sessions = new Map<string, Session>();

  private constructor(
    private readonly binding: Binding,
    private readonly version: string,
    private readonly device: string,
  ) {}

  static async start(): Promise<TensorFlowEngine> {
    const { tf, version, device } = await loadTensorFlow();
    return new TensorFlowEngine(nativeBinding(tf), version, device);
  }

  async info(): Promise<EngineInfo> {
    return { runtime: 'tensorflow', version: this.version, device: this.device };
  }

  async load(model: string, directory: string, { allowOps }: LoadOptions): Promise<LoadedModel> {
    if (this.sessions.has(model)) throw new Error(`This is a bug. ${model} is loaded already.`);
    const saved = await readChecked(directory, allowOps);
    const { signatures, refused } = carriedSignatures(saved);
    if (signatures.size === 0) {
      throw new EngineError('load', [...refused.values()].join(' ') || 'The SavedModel has no signatures.');
    }
    const before = process.memoryUsage.rss();
    const id = this.open(directory, saved.tags);
    this.sessions.set(model, { id, signatures });
    return {
      signatures: Object.fromEntries([...signatures].map(([name, graph]) => [name, publicSignature(graph)])),
      refused: Object.fromEntries(refused),
      device: this.device,
      memoryBytes: Math.max(0, process.memoryUsage.rss() - before),
    };
  }

  async run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const session = this.sessions.get(model);
    const graph = session?.signatures.get(signature);
    if (!session || !graph) throw new EngineError('run', `The model ${model} has no signature ${signature}.`);
    const given: number[] = [];
    let answered: NativeTensor[] = [];
    try {
      for (const { spec } of graph.inputs) {
        const input = inputs[spec.name];
        if (!input) throw new EngineError('run', `The input ${spec.name} is missing.`);
        given.push(createTensor(this.binding, input));
      }
      answered = this.binding.runSavedModel(session.id, given, nodes(graph.inputs), nodes(graph.outputs));
      return Object.fromEntries(
        graph.outputs.map(({ spec }, index) => [spec.name, readTensor(this.binding, answered[index]!, spec)]),
      );
    } catch (error) {
      throw error instanceof EngineError ? error : new EngineError('run', messageOf(error));
    } finally {
      for (const id of given) this.binding.deleteTensor(id);
      for (const { id } of answered) this.binding.deleteTensor(id);
    }
  }

  async unload(model: string): Promise<void> {
    const session = this.sessions.get(model);
    if (!session) return;
    this.sessions.delete(model);
    this.binding.deleteSavedModel(session.id);
  }

  async close(): Promise<void> {
    for (const model of this.sessions.keys()) await this.unload(model);
  }

  private open(directory: string, tags: readonly string[]): number {
    try {
      return this.binding.loadSavedModel(directory, tags.join(','));
    } catch (error) {
      // TensorFlow's text names the directory, which is nobody's business but the log's.
      const text = messageOf(error).replaceAll(directory, 'the model');
      throw new EngineError('load', `TensorFlow cannot load it. ${text}`);
    }
  }
}

/**
 * A SavedModel is a program: nothing of it runs before each of its ops was found on the list of the allowed ones. Its bundle of
 * variables is opened and closed again: of one that is damaged, our reader says what is wrong in a sentence.
 */
async function readChecked(directory: string, allowOps: readonly string[]): Promise<SavedModelFile> {
  try {
    const saved = await readSavedModel(directory);
    const [refusal, ...others] = checkOps(saved, allowOps);
    if (refusal) {
      const more = others.length === 0 ? '' : ` (${others.length} more of its nodes are refused.)`;
      throw new EngineError('load', refusal.message + more);
    }
    const variables = await openVariables(directory);
    await variables?.close();
    return saved;
  } catch (error) {
    throw error instanceof SavedModelError ? new EngineError('load', error.message) : error;
  }
}

function nodes(tensors: GraphSignature['inputs']): string {
  return tensors.map(({ node }) => node).join(',');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
