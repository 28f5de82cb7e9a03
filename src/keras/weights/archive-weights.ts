import type { Hdf5Contents, WeightArray } from '../hdf5/contents.js';
import { layerKindOf } from '../layers.js';
import type { KerasLayer, KerasModel } from '../model/keras-model.js';
import type { WeightSource } from './weight-source.js';

/**
 * The weights of a `.keras`: a layer's are at a path made of classes and not of names: `layers/functional/layers/conv2d_1` is
 * the second Conv2D of the first functional model (Keras, `saving_lib._save_container_state`).
 */
export class ArchiveWeights implements WeightSource {
  private readonly paths = new Map<KerasLayer, string>();

  constructor(
    model: KerasModel,
    private readonly groups: Hdf5Contents['groups'],
  ) {
    this.addModel(model, '');
  }

  of(layer: KerasLayer): readonly WeightArray[] {
    const place = this.place(layer);
    const parts = layer.role === 'layer' ? layerKindOf(layer).weights?.(layer.config).parts : undefined;
    if (!parts) return this.groups.get(place) ?? [];
    // Keras 2 names them as its own fields.
    return parts.flatMap(
      (part) => this.groups.get(`${place}/${part}`) ?? this.groups.get(`${place}/_${part}`) ?? [],
    );
  }

  place(layer: KerasLayer): string {
    return this.paths.get(layer) ?? '';
  }

  private addModel({ layers }: KerasModel, path: string): void {
    const used = new Map<string, number>();
    for (const layer of layers) {
      if (layer.role === 'operation') continue;
      const name = snakeCase(CLASSES[layer.className] ?? layer.className);
      const times = used.get(name) ?? 0;
      used.set(name, times + 1);
      const place = `${path}layers/${times === 0 ? name : `${name}_${times}`}`;
      this.paths.set(layer, place);
      if (layer.model) this.addModel(layer.model, `${place}/`);
    }
  }
}

/** Layers whose class has another name in Keras's source than in a config. */
const CLASSES: Readonly<Record<string, string>> = { GroupQueryAttention: 'GroupedQueryAttention' };

/** As Keras does it: `Conv2D` is `conv2d`, `PReLU` is `p_re_lu`. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
