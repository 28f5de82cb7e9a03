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
    for (const layer of model.layers) {
      const given = (groups.get(layer.name) ?? []).filter(({ name }) => !RANDOM_STATE.test(name));
      const leaves = layer.model ? leavesOf(layer.model, isTrained(layer)) : [{ layer, trained: true }];
      this.share(leaves, given, `model_weights/${layer.name}`);
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
    const sizes = leaves.map(({ layer, trained }) => {
      const weights = layer.role === 'layer' ? layerKindOf(layer).weights?.(layer.config) : undefined;
      const [changed, kept] = [weights?.trained.length ?? 0, weights?.kept?.length ?? 0];
      return trained ? { changed, kept } : { changed: 0, kept: changed + kept };
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

function leavesOf({ layers }: KerasModel, trained: boolean): Leaf[] {
  return layers.flatMap((layer) => {
    const both = trained && isTrained(layer);
    return layer.model ? leavesOf(layer.model, both) : [{ layer, trained: both }];
  });
}

function isTrained({ config }: KerasLayer): boolean {
  return config.raw('trainable') !== false;
}
