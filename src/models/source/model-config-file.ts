import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { stampFile } from './file-stamp.js';
import { type ModelConfig, parseModelConfig } from '../model-config.js';

export interface ReadConfig {
  readonly stamp: string;
  /** What it says, or the sentence that refuses it. */
  readonly config: Partial<ModelConfig> | ConfigError;
}

/** YAML's two endings. Where both are there, the first is read. */
const FILES = ['model.yaml', 'model.yml'] as const;

/** The name of a folder's `model.yaml`, as it is or would be. */
export async function configFileOf(directory: string): Promise<string> {
  for (const file of FILES) if ((await stampFile(join(directory, file))) !== '') return file;
  return FILES[0];
}

/** A folder's `model.yaml`; all defaults where there is none. Read again only when the file is another than `known`. */
export async function readConfigFile(
  directory: string,
  shownFolder: string,
  known: ReadConfig | undefined,
): Promise<ReadConfig> {
  const path = join(directory, await configFileOf(directory));
  const content = await stampFile(path);
  const stamp = content && `${basename(path)}:${content}`;
  if (known?.stamp === stamp) return known;
  if (stamp === '') return { stamp, config: {} };
  const shown = `${shownFolder}/${basename(path)}`;
  try {
    return { stamp, config: parseModelConfig(await readFile(path, 'utf8'), shown) };
  } catch (error) {
    if (error instanceof ConfigError) return { stamp, config: error };
    return { stamp, config: new ConfigError(`${shown} cannot be read.`) };
  }
}
