import { quote } from '../../saved-model/saved-model.errors.js';
import type { WeightArray } from '../hdf5/contents.js';
import { KerasFault } from '../keras.errors.js';
import type { KerasLayer } from '../model/keras-model.js';
import type { WeightSource } from '../weights/weight-source.js';
import type { GraphBuilder } from './graph-builder.js';
import type { CallSite, LayerKind, Value } from './layer-kind.js';
import { Scope } from './scope.js';
import type { Tensor } from './tensor.js';

/** Makes the call sites of a graph: each layer's constants once, however often it is called. */
export class CallSites {
  private readonly constants = new Map<KerasLayer, Map<string, Tensor>>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly weights: WeightSource,
    readonly keras: number,
  ) {}

  make(
    layer: KerasLayer,
    kind: LayerKind,
    args: readonly Value[],
    kwargs: Readonly<Record<string, Value>>,
  ): CallSite {
    const scope = new Scope(this.graph, layer.path);
    const constants = this.constants.get(layer) ?? new Map<string, Tensor>();
    this.constants.set(layer, constants);
    const values = (name: string, shape: readonly number[]) => this.valuesOf(layer, kind, name, shape);
    const derived = (name: string, shape: readonly number[], make: () => Float32Array): Tensor => {
      const constant = constants.get(name) ?? scope.floats(name, shape, make());
      constants.set(name, constant);
      return constant;
    };
    const weight = (name: string, shape: readonly number[]) =>
      derived(name, shape, () => values(name, shape));
    return { graph: scope, config: layer.config, args, kwargs, keras: this.keras, weight, values, derived };
  }

  private valuesOf(layer: KerasLayer, kind: LayerKind, name: string, shape: readonly number[]): Float32Array {
    const { values, shape: found } = this.find(layer, kind, name);
    if (found.join() !== shape.join()) {
      throw new KerasFault(
        `has the weights ${quote(name)} of ${layer.config.subject} in the shape [${found.join(', ')}] instead of [${shape.join(', ')}]`,
      );
    }
    return values;
  }

  private find(layer: KerasLayer, kind: LayerKind, name: string): WeightArray {
    const { trained = [], kept = [] } = kind.weights?.(layer.config) ?? {};
    const place = [...trained, ...kept].indexOf(name);
    if (place < 0) throw new Error(`This is a bug. ${layer.className} has no weights ${name}.`);
    const found = this.weights.of(layer)[place];
    if (found) return found;
    throw new KerasFault(
      `has no weights ${quote(name)} for ${layer.config.subject}: they are not in ${quote(this.weights.place(layer))}`,
    );
  }
}
