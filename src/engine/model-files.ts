import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignFile } from './foreign-files.js';

/** Which file of a version's folder is the model. */
export type ModelFile =
  | {
      readonly kind: 'saved-model' | 'keras';
      /** By its name in the folder. */
      readonly file: string;
      /** Other models beside it. */
      readonly unused: readonly string[];
    }
  /** `fault`: as a sentence, what is there instead and what to do. */
  | { readonly kind: 'none'; readonly fault: string };

export const SAVED_MODEL = 'saved_model.pb';
/** What its own reader refuses with a reason, and what TensorFlow would prefer to `saved_model.pb`. */
const OTHER_SAVED_MODELS: readonly string[] = ['saved_model.cpb', 'saved_model.pbtxt'];

/** The names that Keras files have here, of which one comes before a SavedModel. */
const USUAL_KERAS = /^model\.(keras|h5)$/;
const KERAS = /\.(keras|h5|hdf5)$/i;
const WEIGHTS_ALONE = /\.weights\.(h5|hdf5)$/i;

/** Where what belongs to a SavedModel lies, and no model of its own. */
const FOLDERS_OF_A_MODEL: ReadonlySet<string> = new Set(['variables', 'assets', 'assets.extra', 'goldens']);

const MOST_NAMES = 5;

/**
 * The model in a version's folder: a Keras file under its usual name, else a SavedModel, else the one Keras file there is. Told by
 * names alone; what is in the files is for their readers.
 */
export async function findModelFile(directory: string): Promise<ModelFile> {
  const { files, folders } = await listFolder(directory);
  const keras = files.filter((name) => isKerasFile(name));
  const usual = keras.filter((name) => USUAL_KERAS.test(name));
  const saved = [SAVED_MODEL, ...OTHER_SAVED_MODELS].find((name) => files.includes(name));
  if (saved !== undefined && usual.length === 0) return { kind: 'saved-model', file: saved, unused: keras };
  const [first, another] = keras;
  if (first !== undefined && another !== undefined) return { kind: 'none', fault: tooMany(keras) };
  if (first !== undefined) return { kind: 'keras', file: first, unused: saved === undefined ? [] : [saved] };
  return { kind: 'none', fault: await faultOf(directory, files, folders) };
}

/** Whether a file may be a model of Keras's, by its name. */
export function isKerasFile(name: string): boolean {
  return KERAS.test(name) && !WEIGHTS_ALONE.test(name);
}

async function listFolder(directory: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const shown = entries
    .filter(({ name }) => !name.startsWith('.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    // A link counts as a file: who reads it looks where it leads.
    files: shown.filter((entry) => !entry.isDirectory()).map(({ name }) => name),
    folders: shown.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  };
}

function tooMany(names: readonly string[]): string {
  return `There are ${names.length} Keras files in the version's folder, ${list(names)}: leave the one that shall be served.`;
}

async function faultOf(
  directory: string,
  files: readonly string[],
  folders: readonly string[],
): Promise<string> {
  for (const folder of folders.filter((name) => !FOLDERS_OF_A_MODEL.has(name))) {
    const deeper = await deeperModel(directory, folder);
    if (deeper !== undefined) return deeper;
  }
  const foreign = foreignFile(files);
  if (foreign !== undefined) return foreign;
  if (folders.includes('variables'))
    return "The version's folder has variables without their saved_model.pb: copy the whole folder that model.export() wrote.";
  const names = [...files, ...folders.map((name) => `${name}/`)];
  const found =
    names.length === 0
      ? "The version's folder is empty"
      : `The version's folder has no model, but ${list(names)}`;
  return `${found}: put saved_model.pb with its folder variables into it, or a .keras or .h5 file.`;
}

/** A model in a folder of its own, up to two below. */
async function deeperModel(directory: string, folder: string, depth = 1): Promise<string | undefined> {
  const { files, folders } = await listFolder(join(directory, folder));
  const model = files.find((name) => name === SAVED_MODEL || isKerasFile(name));
  if (model !== undefined) {
    const much = depth === 1 ? 'one folder' : 'two folders';
    return `${model} lies ${much} too deep, in ${folder}: move what is in ${folder} up into the version's folder.`;
  }
  if (depth === 2) return undefined;
  for (const inner of folders) {
    const deeper = await deeperModel(directory, `${folder}/${inner}`, depth + 1);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES);
  const more = names.length - shown.length;
  return more > 0
    ? `${shown.join(', ')} and ${more} more`
    : shown.join(', ').replace(/, ([^,]*)$/, ' and $1');
}
