import type { Json } from './json.js';
import type { LayerConfig } from './layer-config.js';

/** An output of a layer, by the layer's name in its model, the number of its call, and the number of the output. */
export class TensorRef {
  constructor(
    readonly layer: string,
    readonly call: number,
    readonly output: number,
  ) {}
}

/** What a layer is called with: tensors, constants, and lists of both. */
export type Argument = TensorRef | Json | readonly Argument[] | { readonly [key: string]: Argument };

/** One call of a layer. A layer that is shared has several. */
export interface LayerCall {
  readonly args: readonly Argument[];
  readonly kwargs: Readonly<Record<string, Argument>>;
}

/** A layer of a model, or an operation such as `x + 3.0`, or a model as a layer of another. */
export interface KerasLayer {
  readonly className: string;
  /** Unique in its model. */
  readonly name: string;
  /** For sentences: with the names of the models around it, `base/conv1`. */
  readonly path: string;
  readonly config: LayerConfig;
  readonly calls: readonly LayerCall[];
  /** The number that references give the first of the calls: 1 where Keras counts a model's own making. */
  readonly firstCall: number;
  /** `operation`: Keras does not count it as a layer where it numbers the layers. */
  readonly role: 'input' | 'layer' | 'operation' | 'model';
  /** What it is made of, if it is a model. */
  readonly model: KerasModel | null;
}

/** A functional or sequential model, however it was written. */
export interface KerasModel {
  readonly layers: readonly KerasLayer[];
  /** In the order in which a call gives them. */
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly ModelOutput[];
}

export interface ModelOutput {
  /** Of an output in a dictionary; `null` in a list. */
  readonly key: string | null;
  readonly tensor: TensorRef;
}

/** The tensors in what a layer is called with. */
export function referencesIn(argument: Argument | readonly Argument[] | undefined): TensorRef[] {
  if (argument instanceof TensorRef) return [argument];
  if (typeof argument !== 'object' || argument === null) return [];
  return Object.values(argument).flatMap(referencesIn);
}
