import type { LayerWeights } from '../builder/layer-kind.js';
import type { Hdf5Contents, WeightArray } from '../hdf5/contents.js';
import { layerKindOf } from '../layers.js';
import type { KerasLayer, KerasModel } from '../model/keras-model.js';
import type { WeightSource } from './weight-source.js';

/** The state of random numbers, which Keras keeps with layers that draw them. */
const RANDOM_STATE = /(^|\/)(seed_generator|StateVar)/;

/**
 * The weights of a `.h5`: by the name of the layer of the outermost model. A model in it has those of all its layers in one
 * list: what training changes, layer by layer, and then what it does not (Keras, `legacy_h5_format`).
 */
export class WholeWeights implements WeightSource {
  private readonly weights = new Map<KerasLayer, readonly WeightArray[]>();
  private readonly places = new Map<KerasLayer, string>();

  constructor(model: KerasModel, groups: Hdf5Contents['groups']) {
    const names = new Set(model.layers.map(({ name }) => name));
    // Of models in models of which the file keeps no name, in order.
    const others = [...groups].filter(([name, arrays]) => arrays.length > 0 && !names.has(name));
    for (const layer of model.layers) {
      const leaves = layer.model ? leavesOf(layer.model, isTrained(layer)) : [{ layer, trained: true }];
      const isOther = layer.model && !groups.has(layer.name) && leaves.some((leaf) => countOf(leaf) > 0);
      const [place, arrays] = (isOther && others.shift()) || [layer.name, groups.get(layer.name) ?? []];
      const given = arrays.filter(({ name }) => !RANDOM_STATE.test(name));
      this.share(leaves, given, `model_weights/${place}`);
    }
  }

  of(layer: KerasLayer): readonly WeightArray[] {
    return this.weights.get(layer) ?? [];
  }

  place(layer: KerasLayer): string {
    return this.places.get(layer) ?? '';
  }

  private share(leaves: readonly Leaf[], given: readonly WeightArray[], place: string): void {
    let next = 0;
    const take = (count: number): readonly WeightArray[] => given.slice(next, (next += count));
    const sizes = leaves.map((leaf) => {
      const { trained = [], kept = [] } = weightsOf(leaf);
      return leaf.trained
        ? { changed: trained.length, kept: kept.length }
        : { changed: 0, kept: countOf(leaf) };
    });
    const changed = sizes.map((size) => take(size.changed));
    const kept = sizes.map((size) => take(size.kept));
    leaves.forEach(({ layer }, index) => {
      this.weights.set(layer, [...changed[index]!, ...kept[index]!]);
      this.places.set(layer, place);
    });
  }
}

/** A layer that is no model, and whether training changes it: a frozen one has all its weights among those that it does not. */
interface Leaf {
  readonly layer: KerasLayer;
  readonly trained: boolean;
}

function weightsOf({ layer }: Leaf): Partial<LayerWeights> {
  return layer.role === 'layer' ? (layerKindOf(layer).weights?.(layer.config) ?? {}) : {};
}

function countOf(leaf: Leaf): number {
  const { trained = [], kept = [] } = weightsOf(leaf);
  return trained.length + kept.length;
}

function leavesOf({ layers }: KerasModel, trained: boolean): Leaf[] {
  return layers.flatMap((layer) => {
    const both = trained && isTrained(layer);
    return layer.model ? leavesOf(layer.model, both) : [{ layer, trained: both }];
  });
}

function isTrained({ config }: KerasLayer): boolean {
  return config.raw('trainable') !== false;
}
