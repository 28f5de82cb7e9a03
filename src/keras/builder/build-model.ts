import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import { layerKindOf } from '../layers.js';
import {
  type Argument,
  type KerasLayer,
  type KerasModel,
  referencesIn,
  TensorRef,
} from '../model/keras-model.js';
import type { CallSites } from './call-site.js';
import type { Value } from './layer-kind.js';
import { Tensor } from './tensor.js';

/** A model may call a model that calls a model, each of them twice. */
const MAX_CALLS = 100_000;

/** One call of one layer, on the way to being built. */
interface Step {
  readonly layer: KerasLayer;
  readonly call: number;
  readonly key: string;
}

/** Builds models, the outermost and those within it. */
export class ModelBuilder {
  private calls = 0;

  constructor(private readonly sites: CallSites) {}

  /**
   * Adds all the nodes of one call of a model.
   * @param inputs one for each input of the model
   * @returns one for each of its outputs
   */
  build(model: KerasModel, inputs: readonly Tensor[]): readonly Tensor[] {
    const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
    const built = new Map<string, readonly Tensor[]>();
    model.inputs.forEach(({ layer }, index) => built.set(`${layer}:0`, [inputs[index]!]));
    return model.outputs.map(({ tensor }) => {
      this.buildUpTo(stepOf(layers, tensor), layers, built);
      return tensorOf(layers, built, tensor);
    });
  }

  /** Builds a call after the calls that it takes its inputs from, with a stack of its own: models are thousands of calls deep. */
  private buildUpTo(
    last: Step,
    layers: ReadonlyMap<string, KerasLayer>,
    built: Map<string, readonly Tensor[]>,
  ): void {
    const waiting = [last];
    const begun = new Set<string>();
    for (let step = waiting.at(-1); step; step = waiting.at(-1)) {
      const { layer, call, key } = step;
      if (built.has(key)) {
        waiting.pop();
        continue;
      }
      const { args, kwargs } = callOf(layer, call);
      const needed = referencesIn([args, kwargs]).map((ref) => stepOf(layers, ref));
      const missing = needed.filter((other) => !built.has(other.key));
      if (missing.length === 0) {
        const resolve = (ref: TensorRef): Tensor => tensorOf(layers, built, ref);
        built.set(key, this.buildCall(layer, resolveAll(args, resolve), resolveEntries(kwargs, resolve)));
        continue;
      }
      if (begun.has(key))
        throw new KerasFault(`is damaged: ${layer.config.subject} takes what is made of its own output`);
      begun.add(key);
      for (const other of missing) waiting.push(other);
    }
  }

  private buildCall(
    layer: KerasLayer,
    args: readonly Value[],
    kwargs: Readonly<Record<string, Value>>,
  ): readonly Tensor[] {
    if (++this.calls > MAX_CALLS) throw new KerasFault(`calls its layers more than ${MAX_CALLS} times`);
    // In Keras 2 such a call stands; in Keras 3 whoever runs the whole model decides, and layers for images all have it.
    if (this.sites.keras < 3 && kwargs['training'] === true)
      throw layer.config.unsupported('called with training=True');
    if (layer.model) return this.build(layer.model, boundInputs(layer, layer.model, args));
    const kind = layerKindOf(layer);
    const built = kind.build(this.sites.make(layer, kind, args, kwargs));
    return built instanceof Tensor ? [built] : built;
  }
}

/** The tensors with which a model within a model is called, in the order of its inputs. */
function boundInputs({ config }: KerasLayer, model: KerasModel, args: readonly Value[]): readonly Tensor[] {
  const [first] = args;
  const named =
    first instanceof Tensor || Array.isArray(first)
      ? null
      : (first as Readonly<Record<string, Value>> | null);
  const given = named
    ? model.inputs.map(({ layer }) => (Object.hasOwn(named, layer) ? named[layer] : undefined))
    : args.flat();
  const tensors = given.filter((value) => value instanceof Tensor);
  if (tensors.length !== model.inputs.length || tensors.length !== given.length) {
    throw config.unsupported(`called with other than its ${model.inputs.length} inputs`);
  }
  return tensors;
}

function stepOf(layers: ReadonlyMap<string, KerasLayer>, ref: TensorRef): Step {
  const layer = layers.get(ref.layer);
  if (!layer)
    throw new KerasFault(`is damaged: it speaks of the layer ${quote(ref.layer)} and has none of that name`);
  const call = ref.call - layer.firstCall;
  return { layer, call, key: `${layer.name}:${call}` };
}

function callOf(layer: KerasLayer, call: number): KerasLayer['calls'][number] {
  const found = layer.calls[call];
  if (!found)
    throw new KerasFault(`is damaged: it speaks of a call of ${layer.config.subject} that there is not`);
  return found;
}

function tensorOf(
  layers: ReadonlyMap<string, KerasLayer>,
  built: ReadonlyMap<string, readonly Tensor[]>,
  ref: TensorRef,
): Tensor {
  const { layer, key } = stepOf(layers, ref);
  const tensor = built.get(key)?.[ref.output];
  if (!tensor)
    throw new KerasFault(`is damaged: it speaks of an output of ${layer.config.subject} that there is not`);
  return tensor;
}

function resolveAll(args: readonly Argument[], resolve: (ref: TensorRef) => Tensor): readonly Value[] {
  return args.map((argument) => resolveOne(argument, resolve));
}

function resolveEntries(
  entries: Readonly<Record<string, Argument>>,
  resolve: (ref: TensorRef) => Tensor,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, resolveOne(value, resolve)]));
}

function resolveOne(argument: Argument, resolve: (ref: TensorRef) => Tensor): Value {
  if (argument instanceof TensorRef) return resolve(argument);
  if (typeof argument !== 'object' || argument === null) return argument;
  if (Array.isArray(argument)) return resolveAll(argument as readonly Argument[], resolve);
  return resolveEntries(argument as Readonly<Record<string, Argument>>, resolve);
}
