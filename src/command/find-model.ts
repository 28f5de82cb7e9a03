import { ConfigError, show } from '../config/expect.js';
import type { Settings } from '../config/settings.js';
import type { ModelConfig } from '../models/model-config.js';
import { servedVersions } from '../models/served-versions.js';
import { type FoundVersion, findVersions } from '../models/source/find-versions.js';
import { configFileOf, readConfigFile } from '../models/source/model-config-file.js';
import { findPlaces, type ModelPlace, originOf } from '../models/source/model-places.js';
import { defaultVersion, namedVersions } from '../models/traffic.js';
import { CommandError } from './command-error.js';

/** A version as it lies on the disk, and the folder of its model. */
export interface ChosenModel {
  readonly name: string;
  readonly version: number;
  /** Of the version. */
  readonly directory: string;
  /** The folder that no link among its files may lead out of. */
  readonly root: string;
  /** Of the model: where `model.yaml` is, or will be. */
  readonly folder: string;
  /** That folder as its user knows it. */
  readonly shownFolder: string;
  /** The name of `model.yaml` there. */
  readonly configFile: string;
  readonly config: Partial<ModelConfig>;
}

/**
 * The model of that name as the server would find it, with the version asked for or the one that a request gets which names none.
 * @throws CommandError or ConfigError
 */
export async function findModel(
  settings: Settings,
  name: string,
  version: number | undefined,
): Promise<ChosenModel> {
  const place = await findPlace(settings, name);
  const read = await readConfigFile(place.directory, place.root, place.shown, undefined);
  if (read.config instanceof ConfigError) throw read.config;
  const config = { ...place.config, ...read.config };
  if (config.engine === 'upstream') {
    throw new CommandError(
      `Another server runs ${name} (engine: upstream in ${place.shown}/model.yaml): nothing of it can be measured here.`,
    );
  }
  const found = await findVersions(place.directory, place.root, place.shown);
  const chosen = chooseVersion(place, found ?? [], config, version);
  if (chosen.fault !== undefined) throw new CommandError(chosen.fault);
  const { number, directory } = chosen;
  const { directory: folder, root, shown: shownFolder } = place;
  const configFile = await configFileOf(folder);
  return { name, version: number, directory, root, folder, shownFolder, configFile, config };
}

/** The model of that name as it lies on the disk. @throws CommandError where it cannot be served */
export async function findPlace(settings: Settings, name: string): Promise<ModelPlace> {
  const places = await findPlaces(originOf(settings));
  const place = places.find((candidate) => candidate.name === name);
  if (place?.fault !== undefined) throw new CommandError(place.fault);
  if (place) return place;
  const names = places.map((candidate) => candidate.name).join(', ');
  throw new CommandError(
    `There is no model ${show(name)}; ${names ? `there are ${names}` : 'there is none'}.`,
  );
}

function chooseVersion(
  { name, shown }: ModelPlace,
  found: readonly FoundVersion[],
  config: Partial<ModelConfig>,
  wanted: number | undefined,
): FoundVersion {
  const numbers = found.map(({ number }) => number);
  const number = wanted ?? servedVersion(numbers, config);
  const version = found.find((candidate) => candidate.number === number);
  if (version) return version;
  if (numbers.length === 0) throw new CommandError(`There is no version of ${name} in ${shown}.`);
  throw new CommandError(
    wanted === undefined
      ? `${shown}/model.yaml asks for versions that are not there; there are ${numbers.join(', ')}.`
      : `There is no version ${wanted} of ${name}; there are ${numbers.join(', ')}.`,
  );
}

function servedVersion(found: readonly number[], config: Partial<ModelConfig>): number | undefined {
  const serving = [...servedVersions(found, config)].toSorted((a, b) => b - a);
  const { versionLabels = {}, canary, shadow } = config;
  return defaultVersion(serving, namedVersions(versionLabels, canary, shadow));
}
