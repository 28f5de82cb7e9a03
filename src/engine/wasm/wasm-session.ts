import type { Tensor as WasmTensor, TensorContainer } from '@tensorflow/tfjs-core';
import { parseInput } from '../../graph/flat-graph.js';
import { pruned } from '../../graph/graph-index.js';
import type { SavedSignature, SavedTensor } from '../../saved-model/signature.js';
import { EngineError, type NamedTensors } from '../engine.js';
import type { DType, Tensor } from '../tensor.js';
import type { Core, WasmBackend } from './backend.js';
import { decodePicture } from './decode-picture.js';
import { encodePictures } from './encode-picture.js';
import { makeGraphModel, modelName, type WasmModel } from './graph-model.js';
import { DYNAMIC_OPS } from './ops.js';
import type { Decoding } from './picture-edges.js';
import { createTensor, readTensor } from './tensors.js';
import type { WasmGraph } from './wasm-graph.js';

/** A tensor to feed, with the input that it comes from and the node that takes it. */
interface Feed {
  readonly name: string;
  readonly node: string;
  readonly tensor: Tensor;
}

/** A loaded model: how its signatures are fed, run and fetched. Runs must not overlap. */
export class WasmSession {
  private readonly model: WasmModel;
  private readonly signatures: WasmGraph['signatures'];
  private readonly decodings: WasmGraph['decodings'];
  private readonly encodings: WasmGraph['encodings'];
  /** The signatures with an op that TensorFlow.js runs only asynchronously. */
  private readonly dynamic = new Set<string>();

  /** The graph itself is not kept: its constants are in the model. */
  constructor(
    private readonly backend: WasmBackend,
    { graph, signatures, decodings, encodings }: WasmGraph,
  ) {
    this.signatures = signatures;
    this.decodings = decodings;
    this.encodings = encodings;
    this.model = makeGraphModel(backend, graph.nodes);
    for (const [name, signature] of signatures) {
      const part = pruned({ ...graph, signatures: new Map([[name, signature]]) });
      if (part.nodes.some(({ op }) => DYNAMIC_OPS.has(op))) this.dynamic.add(name);
    }
  }

  /** @throws EngineError `run` */
  async run(name: string, inputs: NamedTensors): Promise<NamedTensors> {
    const signature = this.signatures.get(name);
    if (!signature) throw new EngineError('run', `The model has no signature ${name}.`);
    const feeds: Feed[] = [];
    for (const tensor of signature.inputs) feeds.push(...(await this.feedsOf(tensor, inputs[tensor.name])));
    const answers = await this.execute(name, signature, feeds);
    const outputs: Record<string, Tensor> = {};
    for (const [index, tensor] of signature.outputs.entries()) {
      outputs[tensor.name] = await this.encoded(tensor, answers[index]!);
    }
    return outputs;
  }

  close(): void {
    this.model.dispose();
  }

  private async feedsOf({ name, nodes }: SavedTensor, input: Tensor | undefined): Promise<Feed[]> {
    if (!input) throw new EngineError('run', `The input ${name} is missing.`);
    const decodings = this.decodings.get(nodes[0]!);
    if (!decodings) return [{ name, node: parseInput(nodes[0]!).node, tensor: input }];
    const [picture, ...others] = input.data as readonly Uint8Array[];
    if (!picture || others.length > 0) {
      throw new EngineError('input', `The input ${name} takes one picture, not ${input.data.length}.`);
    }
    return Promise.all(
      decodings.map(async (decoding) => ({
        name,
        node: decoding.feed,
        tensor: await decoded(picture, decoding),
      })),
    );
  }

  /** Nothing is kept in WebAssembly's memory but the weights, whether it goes well or not. */
  private async execute(
    signature: string,
    { outputs }: SavedSignature,
    feeds: readonly Feed[],
  ): Promise<Tensor[]> {
    const { tf } = this.backend;
    const fed: Record<string, WasmTensor> = {};
    let answers: WasmTensor[] = [];
    try {
      for (const { name, node, tensor } of feeds) fed[modelName(node)] = createTensor(tf, name, tensor);
      const fetches = outputs.map(({ nodes }) => modelName(parseInput(nodes[0]!).node));
      const answered = this.dynamic.has(signature)
        ? await this.model.executeAsync(fed, fetches)
        : this.model.execute(fed, fetches);
      answers = Array.isArray(answered) ? answered : [answered];
      return outputs.map((tensor, index) => readTensor(tf, answers[index]!, this.dtypeOf(tensor)));
    } catch (error) {
      throw failureOf(error);
    } finally {
      dispose(tf, [fed, answers]);
    }
  }

  /** An output that is encoded afterwards leaves the graph as pixels. */
  private dtypeOf({ dtype, nodes }: SavedTensor): DType {
    return this.encodings.has(nodes[0]!) ? 'uint8' : (dtype as DType);
  }

  private async encoded({ nodes, shape }: SavedTensor, answer: Tensor): Promise<Tensor> {
    const encoding = this.encodings.get(nodes[0]!);
    if (!encoding) return answer;
    const data = await encodePictures(answer.data as Uint8Array, answer.shape, encoding);
    return { dtype: 'string', shape: shape?.length === 0 ? [] : [data.length], data };
  }
}

async function decoded(picture: Uint8Array, decoding: Decoding): Promise<Tensor> {
  const { data, shape } = await decodePicture(picture, decoding);
  return data instanceof Uint16Array ? { dtype: 'uint16', shape, data } : { dtype: 'uint8', shape, data };
}

function dispose(tf: Core, tensors: TensorContainer): void {
  try {
    tf.dispose(tensors);
  } catch (error) {
    throw failureOf(error);
  }
}

/** A kernel that trapped, or wrote where memory is kept account of, has left the memory that all models share in disorder. */
function failureOf(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const trapped = error instanceof Error && error.name === 'RuntimeError';
  return trapped
    ? new EngineError('crashed', `WebAssembly broke off (${error.message}).`)
    : new EngineError('run', messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
