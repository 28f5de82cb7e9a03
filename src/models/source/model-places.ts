import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError, unexpected } from '../../config/expect.js';
import type { Settings } from '../../config/settings.js';
import { FileFault } from '../../files/file-fault.js';
import { isInside, readWholeFile } from '../../files/open-file.js';
import { realFolder, sayOutside, versionFolders } from './find-versions.js';
import type { ModelConfig } from '../model-config.js';
import { MODEL_NAME } from '../names.js';
import { strayFault } from './stray-files.js';
import { parseModelsConfig } from './tf-serving-config/parse-models-config.js';

/** What tells which models there are: a folder of models, TensorFlow Serving's `models.config`, or one model's folder. */
export type Origin =
  | { readonly kind: 'folder'; readonly directory: string }
  | { readonly kind: 'config-file'; readonly file: string }
  | { readonly kind: 'model'; readonly name: string; readonly basePath: string };

/** Where a model lies, whatever may be there. */
export interface ModelPlace {
  readonly name: string;
  /** The real path of its folder; as given, where that is not there. */
  readonly directory: string;
  /** No version may lie outside this folder. */
  readonly root: string;
  /** The folder as its user knows it. */
  readonly shown: string;
  /** What a `models.config` says of it, which its `model.yaml` may say otherwise. */
  readonly config: Partial<ModelConfig>;
  /** Why it cannot be served, as a sentence. */
  readonly fault?: string;
}

/** Of a `models.config`. */
const MAX_CONFIG_BYTES = 4 * 2 ** 20;

const NAME_FAULT = 'A model may be named with letters, digits, ".", "_" and "-", a letter or digit first.';

export function originOf(settings: Settings): Origin {
  const { modelConfigFile, modelBasePath, modelName, modelsDir } = settings;
  if (modelConfigFile !== '') return { kind: 'config-file', file: modelConfigFile };
  if (modelBasePath !== '') return { kind: 'model', name: modelName, basePath: modelBasePath };
  return { kind: 'folder', directory: modelsDir };
}

/** @throws ConfigError where the origin itself cannot be read */
export async function findPlaces(origin: Origin): Promise<ModelPlace[]> {
  switch (origin.kind) {
    case 'folder':
      return placesIn(origin.directory);
    case 'config-file':
      return placesOf(origin.file);
    case 'model':
      return [await onePlace(origin.name, await basePathOf(origin), {})];
  }
}

/** The child folders, in the order of their names, and models that are no folders, to be told of. Hidden ones are passed over; a link that leads out is not followed. */
async function placesIn(directory: string): Promise<ModelPlace[]> {
  const root = await realpath(directory).catch(absent(directory));
  const names = await readdir(root).catch(absent(directory));
  const places: ModelPlace[] = [];
  for (const name of names.toSorted()) {
    if (name.startsWith('.')) continue;
    const shown = `${basename(root)}/${name}`;
    const found = await realFolder(join(root, name));
    if (found === undefined) {
      const fault = strayFault(name, basename(root));
      if (fault !== undefined)
        places.push({ name, directory: join(root, name), root, shown, config: {}, fault });
      continue;
    }
    const place = { name, directory: found, root, shown, config: {} };
    if (!MODEL_NAME.test(name)) places.push({ ...place, fault: NAME_FAULT });
    else if (isInside(root, found)) places.push(place);
    else places.push({ ...place, fault: sayOutside(shown) });
  }
  return places;
}

function absent(directory: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw unexpected('a folder of models', 'MODELS_DIR', directory);
  };
}

async function placesOf(file: string): Promise<ModelPlace[]> {
  const text = await readWholeFile(null, file, MAX_CONFIG_BYTES).catch((error: unknown) => {
    if (!(error instanceof FileFault) || error.kind === 'unreadable') return null;
    throw unexpected(`a regular file of at most ${MAX_CONFIG_BYTES} bytes`, 'MODEL_CONFIG_FILE', file);
  });
  if (text === null) throw unexpected('a file that can be read', 'MODEL_CONFIG_FILE', file);
  const models = parseModelsConfig(text.toString(), basename(file), dirname(file));
  return Promise.all(
    models.map(({ name, basePath, versionPolicy, versionLabels }) =>
      onePlace(name, basePath, { versions: versionPolicy, versionLabels }),
    ),
  );
}

async function onePlace(name: string, basePath: string, config: Partial<ModelConfig>): Promise<ModelPlace> {
  const shown = basename(basePath);
  if (!MODEL_NAME.test(name)) throw new ConfigError(`${NAME_FAULT} MODEL_NAME is ${JSON.stringify(name)}.`);
  const real = await realFolder(basePath);
  if (real !== undefined) return { name, directory: real, root: real, shown, config };
  return {
    name,
    directory: basePath,
    root: basePath,
    shown,
    config,
    fault: `The folder ${shown} is not there.`,
  };
}

/**
 * `MODEL_BASE_PATH` means the folder with the versions, as TensorFlow Serving's option of that name, or the folder with the
 * model's folder in it, as the variable of its Docker image (`tools/docker/Dockerfile`).
 */
async function basePathOf({ name, basePath }: Extract<Origin, { kind: 'model' }>): Promise<string> {
  const versions = await versionFolders(basePath);
  if (versions !== undefined && versions.length > 0) return basePath;
  return (await realFolder(join(basePath, name))) ?? basePath;
}
