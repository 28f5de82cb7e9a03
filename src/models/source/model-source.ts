import { join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { stampFile, stampGoldens } from './file-stamp.js';
import { type FoundVersion, findVersions } from './find-versions.js';
import type { ModelConfig } from '../model-config.js';
import { type ReadConfig, readConfigFile } from './model-config-file.js';
import { findPlaces, type ModelPlace, type Origin } from './model-places.js';
import { Settling } from './settling.js';
import { noVersionFault } from './stray-files.js';

/** A model as it lies on the disk. */
export interface FoundModel {
  readonly name: string;
  /** In ascending order; `null` where that cannot be told now. */
  readonly versions: readonly FoundVersion[] | null;
  /** What `model.yaml` says; what it last said where it is refused now. */
  readonly config: Partial<ModelConfig>;
  /** Changes whenever what all versions share does: the file of its labels, its goldens. */
  readonly sharedStamp: string;
  /** Why none of it can be served, as a sentence. */
  readonly fault?: string;
  /** Why what `model.yaml` says now does not hold, as a sentence. */
  readonly refusal?: string;
}

export interface Look {
  readonly models: readonly FoundModel[];
  /** Something is being written: look again soon. */
  readonly pending: boolean;
}

/** Which models and versions there are, told by looking at the disk; nothing of them is loaded. */
export class ModelSource {
  private readonly settling = new Settling();
  /** The models of the last look. */
  private told: ReadonlySet<string> = new Set();
  private readonly configs = new Map<string, ReadConfig>();
  /** What each model's `model.yaml` said when it was last right. */
  private readonly rightConfigs = new Map<string, Partial<ModelConfig>>();

  constructor(
    private readonly origin: Origin,
    private readonly labelsDirectory: string,
  ) {}

  /**
   * @throws ConfigError if a models.config cannot be read, the file system's error if a folder of models cannot
   */
  async look(): Promise<Look> {
    const places = await findPlaces(this.origin);
    this.settling.beginLook();
    const models: FoundModel[] = [];
    for (const place of places) {
      const model = await this.lookAt(place);
      if (model) models.push(model);
    }
    this.settling.endLook();
    this.forgetAllBut(new Set(places.map(({ name }) => name)));
    this.told = new Set(models.map(({ name }) => name));
    return { models, pending: this.settling.pending };
  }

  private async lookAt(place: ModelPlace): Promise<FoundModel | undefined> {
    const { name, directory, shown } = place;
    if (place.fault !== undefined) return failed(name, place.fault);
    const [versions, config] = await Promise.all([
      findVersions(directory, place.root, shown),
      this.readConfig(place),
    ]);
    if (versions === undefined) return failed(name, `${shown} cannot be read.`);
    if (config === undefined) return failed(name, this.configFault(name));
    const labelsFile = join(this.labelsDirectory, config.config.labels ?? `${name}.json`);
    const shared = `${await stampFile(labelsFile)}|${await stampGoldensOf(directory, config.config)}`;
    const remote = config.config.engine === 'upstream';
    const served = remote ? [remoteVersion(place, config.config)] : versions;
    const settled = served.flatMap(
      (version) => this.settling.take(`${name}/${version.number}`, version.stamp, version) ?? [],
    );
    const isWritten = served.length > 0 && settled.length === 0;
    if (isWritten && !this.told.has(name)) return undefined;
    return {
      name,
      versions: isWritten ? null : settled,
      ...config,
      sharedStamp: this.settling.take(`${name} shared`, shared, shared) ?? shared,
      ...(served.length === 0 && { fault: await noVersionFault(directory, shown) }),
    };
  }

  /** `undefined` where it is refused and never was right. */
  private async readConfig(place: ModelPlace): Promise<Pick<FoundModel, 'config' | 'refusal'> | undefined> {
    const { name, directory, shown } = place;
    const read = await readConfigFile(directory, place.root, shown, this.configs.get(name));
    this.configs.set(name, read);
    const { config } = this.settling.take(`${name} config`, read.stamp, read) ?? read;
    if (!(config instanceof ConfigError)) {
      this.rightConfigs.set(name, config);
      return { config: { ...place.config, ...config } };
    }
    const right = this.rightConfigs.get(name);
    return right && { config: { ...place.config, ...right }, refusal: config.message };
  }

  private forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.configs.keys()) {
      if (names.has(name)) continue;
      this.configs.delete(name);
      this.rightConfigs.delete(name);
    }
  }

  private configFault(name: string): string {
    const config = this.configs.get(name)?.config;
    return config instanceof ConfigError ? config.message : 'Its model.yaml cannot be read.';
  }
}

/** Those in the folder for them, and what `model.yaml` names. */
async function stampGoldensOf(directory: string, { goldens = [] }: Partial<ModelConfig>): Promise<string> {
  const files = goldens.flatMap(({ image, tensor, probabilities }) =>
    [image, tensor, probabilities].filter((file) => typeof file === 'string'),
  );
  const stamps = await Promise.all(files.map((file) => stampFile(join(directory, file))));
  return [await stampGoldens(directory), ...stamps].join(',');
}

/** A model that another server holds is a version of its own, with the number it has there. */
function remoteVersion({ directory, root }: ModelPlace, { upstream }: Partial<ModelConfig>): FoundVersion {
  const number = Number(upstream?.version ?? 1);
  return {
    number: Number.isSafeInteger(number) && number >= 0 ? number : 1,
    directory,
    modelDirectory: directory,
    root,
    stamp: 'upstream',
  };
}

function failed(name: string, fault: string): FoundModel {
  return { name, versions: null, config: {}, sharedStamp: '', fault };
}
