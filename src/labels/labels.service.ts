import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import { ConfigError, unexpected } from '../config/expect.js';
import type { Settings } from '../config/settings.js';
import { FileFault } from '../files/file-fault.js';
import { isInside, readWholeFile } from '../files/open-file.js';
import type { Labels } from './labels.js';
import { MissingLabelsError } from './labels.errors.js';
import { parseLabels } from './read-labels.js';
import { nearbyLabels } from './nearby-labels.js';
import { parseTextLabels } from './read-text-labels.js';

export interface LoadedLabels {
  readonly labels: Labels;
  /** As an operator knows it: `labels/flowers.json`. */
  readonly file: string;
}

/** What lies where a model's labels are looked for. */
export interface FoundLabels {
  /** As an operator knows it, also where there is none. */
  readonly file: string;
  readonly isThere: boolean;
  /** `null` where none are wanted, or `fault` says why there are none. */
  readonly labels: Labels | null;
  readonly fault?: ConfigError;
}

/** Largest label file, in bytes: that of 100,000 classes has about 3 MB. */
const MAX_BYTES = 16 * 2 ** 20;

/** What Teachable Machine calls the labels that it puts beside a model. */
export const LABELS_BESIDE = 'labels.txt';

/** The folder of a version, in which labels may lie beside the model. */
export interface BesideModel {
  readonly directory: string;
  /** The folder that no link in it may lead out of. */
  readonly root: string;
  /** As an operator knows it: `flowers/1`. */
  readonly shown: string;
}

/** Reads label files from the labels directory, and for a model that has none there those beside it. */
@Injectable()
export class LabelsService {
  private place: BesideModel | undefined;

  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Settings) {}

  /** The same for one version. */
  beside(place: BesideModel): LabelsService {
    const service = new LabelsService(this.settings);
    service.place = place;
    return service;
  }

  /**
   * The labels of a model from `file`, relative to the labels directory; without one from `<model>.json` or, where that is not there, from
   * the `labels.txt` beside the model.
   * @throws ConfigError when the file is missing, outside the directory, too large or no label file
   */
  async load(model: string, file: string | undefined): Promise<LoadedLabels> {
    const beside = file === undefined ? await this.foundBeside(model) : undefined;
    if (beside) {
      const shown = `${beside.shown}/${LABELS_BESIDE}`;
      const text = await this.read(beside.root, join(beside.directory, LABELS_BESIDE), model, shown);
      return { labels: parseTextLabels(text, shown), file: shown };
    }
    const given = file ?? `${model}.json`;
    const shown = this.shown(given);
    const json = await this.readGiven(model, given, shown);
    const parse = given.toLowerCase().endsWith('.txt') ? parseTextLabels : parseLabels;
    return { labels: parse(json, shown), file: shown };
  }

  /** Whether a label file is there that is a model's own unless it names another. */
  async has(model: string): Promise<boolean> {
    return (
      (await isFile(join(this.settings.labelsDir, `${model}.json`))) ||
      (await this.foundBeside(model)) !== undefined
    );
  }

  private async foundBeside(model: string): Promise<BesideModel | undefined> {
    const { place } = this;
    if (!place || !(await isFileIn(place, LABELS_BESIDE))) return undefined;
    return (await isThere(join(this.settings.labelsDir, `${model}.json`))) ? undefined : place;
  }

  /** As `load`, for a model of which it is not known yet whether it needs labels: what is wrong is a value. */
  async find(model: string, file: string | undefined): Promise<FoundLabels> {
    try {
      const loaded = await this.load(model, file);
      return { ...loaded, isThere: true };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const shown = this.shown(file ?? `${model}.json`);
      if (!(error instanceof MissingLabelsError))
        return { file: shown, isThere: true, labels: null, fault: error };
      const nearby = await nearbyLabels(model, this.settings, this.place);
      const fault = new MissingLabelsError(`${error.message}${nearby}`);
      return { file: shown, isThere: false, labels: null, fault };
    }
  }

  private shown(given: string): string {
    return `${basename(this.settings.labelsDir)}/${given}`;
  }

  /** From the labels directory. */
  private async readGiven(model: string, given: string, shown: string): Promise<string> {
    const labelsDir = resolve(this.settings.labelsDir);
    const path = join(labelsDir, given);
    if (!isInside(labelsDir, path)) throw outside(model, given);
    try {
      return await this.read(labelsDir, path, model, shown);
    } catch (error) {
      throw error instanceof FileFault && error.kind === 'outside' ? outside(model, given) : error;
    }
  }

  private async read(root: string, path: string, model: string, shown: string): Promise<string> {
    const bytes = await readWholeFile(root, path, MAX_BYTES).catch(unreadable(model, shown));
    if (!bytes) throw missing(model, shown);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ConfigError(`Expected UTF-8 for ${shown} but received bytes that are none.`);
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

/** A link that leads out of the models folder is not followed. */
async function isFileIn({ directory, root }: BesideModel, file: string): Promise<boolean> {
  const real = await realpath(join(directory, file)).catch(() => null);
  return real !== null && isInside(root, real) && (await isFile(real));
}

/** Also as a folder, or a link that leads nowhere: what is wrong with it shall be told. */
async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

function outside(model: string, given: string): ConfigError {
  return unexpected('a file inside the labels directory', `the labels of model ${model}`, given);
}

function missing(model: string, shown: string): MissingLabelsError {
  return new MissingLabelsError(
    `Expected a label file ${shown} for model ${model} but there is none: ` +
      'write it, or say "labels: none" in model.yaml.',
  );
}

/** One that leads out is left to who knows out of which folder. */
function unreadable(model: string, shown: string) {
  return (error: unknown): never => {
    if (!(error instanceof FileFault) || error.kind === 'outside') throw error;
    if (error.kind === 'irregular') throw new ConfigError(`Expected a file for ${shown} but it is none.`);
    if (error.kind === 'too large')
      throw unexpected(`at most ${MAX_BYTES} bytes`, `the size of ${shown}`, error.found);
    throw new ConfigError(
      `Expected a readable label file ${shown} for model ${model} but received ${error.found}.`,
    );
  };
}
