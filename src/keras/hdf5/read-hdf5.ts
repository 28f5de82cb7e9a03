import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import type { Hdf5Contents, Hdf5Layout, WeightArray } from './contents.js';
import { Hdf5File } from './hdf5-file.js';
import { WeightReader } from './read-weights.js';

/** NASNetMobile has some 800 layers. */
const MAX_GROUPS = 100_000;
const MAX_DEPTH = 100;

/**
 * Reads of an HDF5 file what a Keras model needs, in this thread. libhdf5 was not made for hostile files: see `Hdf5Thread`.
 * @param bytes of the whole file, lent for as long as this takes
 * @throws KerasFault; whatever else it throws is the library's, which may be broken from then on
 */
export async function readHdf5(bytes: Uint8Array, layout: Hdf5Layout): Promise<Hdf5Contents> {
  const file = await Hdf5File.open(bytes);
  try {
    const weights = new WeightReader(file, bytes.length);
    return layout === 'archive' ? readArchive(file, weights) : readWhole(file, weights);
  } finally {
    file.close();
  }
}

/** Every group has its weights in a group `vars`, by number, beside the groups of what it is made of. */
function readArchive(file: Hdf5File, weights: WeightReader): Hdf5Contents {
  const groups = new Map<string, WeightArray[]>();
  let visited = 0;
  const visit = (path: string, depth: number): void => {
    if (++visited > MAX_GROUPS || depth > MAX_DEPTH) {
      throw new KerasFault('is damaged: its weights are in more groups than any model has');
    }
    for (const name of file.names(path || '/')) {
      // Three times the size of the model, and nothing that it computes with.
      if (path === '' && name === 'optimizer') continue;
      const child = `${path}/${name}`;
      if (file.kind(child) !== 'group') continue;
      if (name === 'vars') groups.set(path.slice(1), readNumbered(file, weights, child));
      else visit(child, depth + 1);
    }
  };
  visit('', 0);
  return { config: null, kerasVersion: null, backend: null, groups };
}

function readNumbered(file: Hdf5File, weights: WeightReader, path: string): WeightArray[] {
  const numbers = file.names(path).filter((name) => /^\d{1,4}$/.test(name));
  numbers.sort((one, other) => Number(one) - Number(other));
  return numbers
    .filter((name) => file.kind(`${path}/${name}`) === 'dataset')
    .map((name) => weights.read(`${path}/${name}`, name));
}

/** The attributes name the layers, and the weights of each, in order. */
function readWhole(file: Hdf5File, weights: WeightReader): Hdf5Contents {
  const config = file.texts('/', 'model_config')?.[0];
  if (config === undefined) {
    throw new KerasFault(
      'has no model_config: it holds weights alone; save the whole model with model.save()',
    );
  }
  if (file.kind('/model_weights') !== 'group') throw new KerasFault('has no model_weights');
  const groups = new Map<string, WeightArray[]>();
  for (const layer of listedTexts(file, '/model_weights', 'layer_names')) {
    if (groups.size >= MAX_GROUPS) throw new KerasFault('is damaged: it has more layers than any model has');
    const path = `/model_weights/${layer}`;
    if (layer === '' || file.kind(path) !== 'group') {
      throw new KerasFault(`is damaged: it lists the layer ${quote(layer)} and has no weights of it`);
    }
    groups.set(layer, readNamed(file, weights, path));
  }
  const told = (name: string): string | null => file.texts('/', name)?.[0] ?? null;
  return { config, kerasVersion: told('keras_version'), backend: told('backend'), groups };
}

function readNamed(file: Hdf5File, weights: WeightReader, path: string): WeightArray[] {
  return listedTexts(file, path, 'weight_names').map((name) => {
    const dataset = `${path}/${name}`;
    if (name === '' || file.kind(dataset) !== 'dataset') {
      throw new KerasFault(`is damaged: it lists the weights ${quote(name)} and does not have them`);
    }
    return weights.read(dataset, name);
  });
}

/** A list of names; Keras cuts one of more than 64 KB in pieces: `layer_names0`, `layer_names1`, …. */
function listedTexts(file: Hdf5File, group: string, name: string): string[] {
  const whole = file.texts(group, name);
  if (whole) return whole;
  const texts: string[] = [];
  for (let piece = 0; ; piece++) {
    const some = file.texts(group, `${name}${piece}`);
    if (!some) return texts;
    for (const text of some) texts.push(text);
  }
}
