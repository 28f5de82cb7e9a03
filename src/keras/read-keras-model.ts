import type { FlatGraph } from '../graph/flat-graph.js';
import { MAX_KERAS_BYTES } from '../saved-model/most-bytes.js';
import { readRegularFile } from '../saved-model/regular-file.js';
import { quote, SavedModelError } from '../saved-model/saved-model.errors.js';
import { readArchive } from './archive.js';
import { buildGraph } from './builder/build-graph.js';
import type { Hdf5Contents, Hdf5Layout } from './hdf5/contents.js';
import { readHdf5InThread } from './hdf5/hdf5-thread.js';
import { KerasError, KerasFault } from './keras.errors.js';
import { formOf } from './file-form.js';
import { type Json, member } from './model/json.js';
import { parseJson } from './model/parse-json.js';
import { ModelParser } from './model/parse-model.js';
import { ArchiveWeights } from './weights/archive-weights.js';
import { WholeWeights } from './weights/whole-weights.js';

type ReadHdf5 = (bytes: Uint8Array<ArrayBuffer>, layout: Hdf5Layout) => Promise<Hdf5Contents>;

/**
 * Reads a functional or sequential model with its weights as a graph. Nothing of the file is executed: what is not a layer or an operation
 * of Keras's own, as this server knows them, is refused by name.
 * @param readHdf5 for tests, which read many files in one thread
 * @param root the folder that no link may lead out of
 * @throws KerasError
 */
export async function readKerasModel(
  directory: string,
  file: string,
  readHdf5: ReadHdf5 = readHdf5InThread,
  root = directory,
): Promise<FlatGraph> {
  try {
    return (await formOf(directory, file, root)) === 'archive'
      ? await readKeras(directory, file, readHdf5, root)
      : await readWhole(directory, file, readHdf5, root);
  } catch (error) {
    if (error instanceof KerasFault) throw new KerasError(file, error.message);
    if (error instanceof SavedModelError) throw new KerasError(file, error.fault); // Of opening and reading the file.
    throw error;
  }
}

async function readKeras(
  directory: string,
  file: string,
  readHdf5: ReadHdf5,
  root: string,
): Promise<FlatGraph> {
  const archive = await readArchive(directory, file, root);
  if (!archive) throw new KerasFault('is missing');
  const version = member(parseJson(archive.metadata, 'its metadata.json'), 'keras_version');
  const model = new ModelParser().parse(parseJson(archive.config, 'its config.json'));
  const { groups } = await readHdf5(archive.weights, 'archive');
  return buildGraph(model, new ArchiveWeights(model, groups), majorOf(version));
}

async function readWhole(
  directory: string,
  file: string,
  readHdf5: ReadHdf5,
  root: string,
): Promise<FlatGraph> {
  const bytes = await readRegularFile(directory, file, MAX_KERAS_BYTES, root);
  if (!bytes) throw new KerasFault('is missing');
  const { config, kerasVersion, backend, groups } = await readHdf5(bytes as Buffer<ArrayBuffer>, 'whole');
  checkAge(kerasVersion, backend);
  const model = new ModelParser().parse(parseJson(config ?? '', 'its model_config'));
  return buildGraph(model, new WholeWeights(model, groups), majorOf(kerasVersion ?? undefined));
}

/** Layers had other names and settings in Keras 1, and Theano's convolutions are mirrored: both are what Keras 2 still turned into its own. */
function checkAge(version: string | null, backend: string | null): void {
  const remedy = 'load it with Keras 2.2 on TensorFlow 1 and save it anew';
  if (majorOf(version ?? undefined) < 2)
    throw new KerasFault(
      `was written by Keras ${quote(String(version))}, which this server does not read; ${remedy}`,
    );
  if (backend === 'theano')
    throw new KerasFault(`was trained on Theano, whose convolutions this server does not have; ${remedy}`);
}

/** Files without a version are older than Keras 3. */
function majorOf(version: Json | undefined): number {
  const major = typeof version === 'string' ? Number.parseInt(version, 10) : Number.NaN;
  return Number.isNaN(major) ? 2 : major;
}
