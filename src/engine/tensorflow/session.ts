import { randomUUID } from 'node:crypto';
import type { EdgedSignature, InputEdge, OutputEdge } from '../../graph/edges.js';
import { EngineError, type NamedTensors } from '../engine.js';
import { normalisePixels } from '../normalise.js';
import type { Normalise, Tensor } from '../tensor.js';
import { failedRun } from './failed-run.js';
import { type Binding, type NativeTensor, SHARED } from './native-binding.js';
import { parseSerialized, serializeTensor } from './serialized-tensor.js';
import { createTensor, readTensor } from './tensors.js';

/** What another thread of this process needs to run a session that one has opened. */
export interface SharedSession {
  /** The tag by which our part of the addon (`scripts/tensorflow/addon`) knows it. */
  readonly tag: string;
  readonly signatures: ReadonlyMap<string, EdgedSignature>;
}

/** A graph that TensorFlow holds, and how its signatures are fed and fetched. */
export class Session {
  private constructor(
    private readonly binding: Binding,
    private readonly id: number,
    readonly shared: SharedSession,
  ) {}

  /**
   * @param directory of a SavedModel
   * @throws EngineError `load`
   */
  static open(
    binding: Binding,
    directory: string,
    tags: readonly string[],
    signatures: ReadonlyMap<string, EdgedSignature>,
  ): Session {
    try {
      const tag = `${SHARED}${randomUUID()}`;
      const id = binding.loadSavedModel(directory, [...tags, tag].join(','));
      return new Session(binding, id, { tag, signatures });
    } catch (error) {
      // TensorFlow's text names the directory, which is nobody's business but the log's.
      const text = messageOf(error).replaceAll(directory, 'the model');
      throw new EngineError('load', `TensorFlow cannot load it. ${text}`);
    }
  }

  /** The session that another thread has opened: it is closed once all have closed it. */
  static attach(binding: Binding, shared: SharedSession): Session {
    return new Session(binding, binding.loadSavedModel('', shared.tag), shared);
  }

  has(signature: string): boolean {
    return this.shared.signatures.has(signature);
  }

  /** @throws EngineError `run`, `input` */
  run(signature: string, inputs: NamedTensors): NamedTensors {
    const edges = this.shared.signatures.get(signature);
    if (!edges) throw new EngineError('run', `The model has no signature ${signature}.`);
    const given: number[] = [];
    let answered: NativeTensor[] = [];
    try {
      const feeds = edges.inputs.flatMap((edge) => feedsOf(edge, inputs[edge.tensor.name]));
      if (edges.empty !== null) feeds.push({ name: edges.empty, tensor: EMPTY });
      for (const { tensor } of feeds) given.push(createTensor(this.binding, tensor));
      const names = feeds.map(({ name }) => name).join(',');
      const fetches = edges.outputs.map(({ fetch }) => fetch).join(',');
      answered = this.binding.runSavedModel(this.id, given, names, fetches);
      return Object.fromEntries(
        edges.outputs.map((edge, index) => [edge.tensor.name, this.read(answered[index]!, edge)]),
      );
    } catch (error) {
      throw error instanceof EngineError ? error : failedRun(messageOf(error), inputs);
    } finally {
      for (const id of given) this.binding.deleteTensor(id);
      for (const { id } of answered) this.binding.deleteTensor(id);
    }
  }

  close(): void {
    this.binding.deleteSavedModel(this.id);
  }

  private read(native: NativeTensor, { tensor, serialized }: OutputEdge): Tensor {
    const dtype = tensor.dtype as Tensor['dtype'];
    if (!serialized || dtype === 'string') return readTensor(this.binding, native, dtype);
    const [bytes] = readTensor(this.binding, native, 'string').data as readonly Uint8Array[];
    return parseSerialized(bytes!, dtype);
  }
}

const EMPTY: Tensor = { dtype: 'string', shape: [], data: [new Uint8Array()] };

interface Feed {
  readonly name: string;
  readonly tensor: Tensor;
}

function feedsOf(
  { tensor: { name, dataType }, feed, serialized, pixels }: InputEdge,
  input: Tensor | undefined,
): Feed[] {
  if (!input) throw new EngineError('run', `The input ${name} is missing.`);
  const { normalise } = input;
  if (serialized) {
    const tensor = normalise ? normalisePixels(input, normalise) : input;
    const data = [serializeTensor(tensor, dataType)];
    return [{ name: feed, tensor: { dtype: 'string', shape: [], data } }];
  }
  if (!normalise) return [{ name: feed, tensor: input }];
  if (!pixels || input.dtype !== 'uint8') {
    return [{ name: feed, tensor: normalisePixels(input, normalise) }];
  }
  const { scale, shift } = affine(normalise);
  // The graph does the arithmetic; what is left is the order of bytes, mostly as it is.
  const arranged = normalisePixels(input, { ...normalise, dtype: 'uint8', scale: 1, mean: [], std: [] });
  return [
    { name: pixels.bytes, tensor: arranged },
    { name: pixels.scale, tensor: scale },
    { name: pixels.shift, tensor: shift },
  ];
}

/** `(pixel * scale - mean) / std` as `pixel * scale + shift`, shaped to be broadcast over the layout. */
function affine({ layout, scale, mean, std, order }: Normalise): { scale: Tensor; shift: Tensor } {
  const shape = layout === 'nchw' ? [order.length, 1, 1] : [order.length];
  const per = (of: (channel: number) => number): Tensor => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from(order, (_, channel) => of(channel)),
  });
  const divisor = (channel: number): number => std[channel] ?? 1;
  return {
    scale: per((channel) => scale / divisor(channel)),
    shift: per((channel) => -(mean[channel] ?? 0) / divisor(channel)),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
