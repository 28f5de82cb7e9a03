import type { Argument } from '../model/keras-model.js';
import type { LayerConfig } from '../model/layer-config.js';
import type { Scope } from './scope.js';
import { Tensor } from './tensor.js';

/** An argument whose references have become tensors. */
export type Value = Tensor | Exclude<Argument, object> | readonly Value[] | { readonly [key: string]: Value };

/** One call of a layer, to be built. */
export interface CallSite {
  readonly graph: Scope;
  readonly config: LayerConfig;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
  /** The major version of the Keras that wrote the file: 2 or 3. */
  readonly keras: number;
  /**
   * A weight of the layer by its name, as a constant that all calls of the layer share.
   * @throws KerasFault if the file does not have it in this shape
   */
  weight(name: string, shape: readonly number[]): Tensor;
  /** The numbers of a weight, for constants that are made of them. */
  values(name: string, shape: readonly number[]): Float32Array;
  /** A constant that is made of weights, once for all calls of the layer. */
  derived(name: string, shape: readonly number[], make: () => Float32Array): Tensor;
}

/** How to build a class of layers. */
export interface LayerKind {
  /** The names of the weights in Keras's order: those that training changes, then those that it only keeps. */
  readonly weights?: (config: LayerConfig) => LayerWeights;
  /** Adds the nodes of one call and gives its output, or its outputs. */
  readonly build: (site: CallSite) => Tensor | readonly Tensor[];
}

export interface LayerWeights {
  readonly trained: readonly string[];
  readonly kept?: readonly string[];
  /** The layers within it that have them, in this order, as a `.keras` calls them; absent where they are its own. */
  readonly parts?: readonly string[];
}

/** The one tensor of a call. */
export function inputOf({ args, config }: CallSite): Tensor {
  const [input] = args;
  const only = Array.isArray(input) && input.length === 1 ? (input[0] as Value) : input;
  if (!(only instanceof Tensor)) throw config.unsupported('called with other than one tensor');
  return only;
}

/** The tensors of a call that merges a list of them. */
export function inputsOf({ args, config }: CallSite): readonly Tensor[] {
  const given = args.length === 1 && Array.isArray(args[0]) ? (args[0] as readonly Value[]) : args;
  const tensors = given.filter((value) => value instanceof Tensor);
  if (tensors.length === 0 || tensors.length < given.length) {
    throw config.unsupported('called with other than tensors');
  }
  return tensors;
}

/** The one tensor of a call, an image or a batch of feature maps: [n, height, width, channels]. */
export function imageOf(site: CallSite): Tensor & { readonly channels: number } {
  site.config.checkChannelsLast();
  const input = inputOf(site);
  const channels = input.shape[3];
  if (input.rank !== 4 || channels === undefined || channels === null) {
    throw site.config.unsupported('called with other than images of known channels');
  }
  return Object.assign(new Tensor(input.name, input.shape), { channels });
}
