import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import { ConfigError, unexpected } from '../config/expect.js';
import type { Settings } from '../config/settings.js';
import type { Labels } from './labels.js';
import { parseLabels } from './read-labels.js';

export interface LoadedLabels {
  readonly labels: Labels;
  /** As an operator knows it: `labels/flowers.json`. */
  readonly file: string;
}

/** Largest label file, in bytes: that of 100,000 classes has about 3 MB. */
const MAX_BYTES = 16 * 2 ** 20;

/** Reads label files from the labels directory, and from nowhere else. */
@Injectable()
export class LabelsService {
  constructor(@Inject(SETTINGS_TOKEN) private readonly settings: Settings) {}

  /**
   * The labels of a model from `file`, relative to the labels directory; without one from `<model>.json`.
   * @throws ConfigError when the file is missing, outside the directory, too large or no label file
   */
  async load(model: string, file: string | undefined): Promise<LoadedLabels> {
    const given = file ?? `${model}.json`;
    const shown = `${basename(this.settings.labelsDir)}/${given}`;
    const json = await this.read(await this.locate(model, given, shown), model, shown);
    return { labels: parseLabels(json, shown), file: shown };
  }

  /** Whether the label file is there that is a model's own unless it names another. */
  async has(model: string): Promise<boolean> {
    const found = await stat(join(this.settings.labelsDir, `${model}.json`)).catch(() => null);
    return found?.isFile() ?? false;
  }

  /** The real path, after every symbolic link; one that leads out of the directory is refused. */
  private async locate(model: string, given: string, shown: string): Promise<string> {
    const { labelsDir } = this.settings;
    if (!isInside(labelsDir, join(labelsDir, given))) throw outside(model, given);
    const directory = await realpath(labelsDir).catch(unavailable(model, shown));
    const path = await realpath(join(directory, given)).catch(unavailable(model, shown));
    if (!isInside(directory, path)) throw outside(model, given);
    return path;
  }

  private async read(path: string, model: string, shown: string): Promise<string> {
    const found = await stat(path).catch(unavailable(model, shown));
    if (!found.isFile()) throw new ConfigError(`Expected a file for ${shown} but it is none.`);
    if (found.size > MAX_BYTES) {
      throw unexpected(`at most ${MAX_BYTES} bytes`, `the size of ${shown}`, found.size);
    }
    const bytes = await readFile(path).catch(unavailable(model, shown));
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ConfigError(`Expected UTF-8 for ${shown} but received bytes that are none.`);
    }
  }
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function outside(model: string, given: string): ConfigError {
  return unexpected('a file inside the labels directory', `the labels of model ${model}`, given);
}

/** Turns a failure of the file system, whose message has an absolute path, into a sentence. */
function unavailable(model: string, shown: string) {
  return (error: unknown): never => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new ConfigError(
        `Expected a label file ${shown} for model ${model} but there is none: ` +
          'write it, or say "labels: none" in model.yaml.',
      );
    }
    throw new ConfigError(`Expected a readable label file ${shown} for model ${model} but received ${code}.`);
  };
}
