import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigError } from '../../config/expect.js';
import { FileFault } from '../../files/file-fault.js';
import { readWholeFile } from '../../files/open-file.js';
import { stampFile } from './file-stamp.js';
import { type ModelConfig, parseModelConfig } from '../model-config.js';

export interface ReadConfig {
  readonly stamp: string;
  /** What it says, or the sentence that refuses it. */
  readonly config: Partial<ModelConfig> | ConfigError;
}

/** With two hundred goldens it has some 30 KB. */
const MAX_BYTES = 256 * 1024;

/** YAML's two endings. Where both are there, the first is read. */
const FILES = ['model.yaml', 'model.yml'] as const;

/** The name of a folder's `model.yaml`, as it is or would be. */
export async function configFileOf(directory: string): Promise<string> {
  for (const file of FILES) if ((await stampOf(join(directory, file))) !== '') return file;
  return FILES[0];
}

/**
 * A folder's `model.yaml`; all defaults where there is none. Read again only when the file is another than `known`.
 * @param root the folder that no link may lead out of
 */
export async function readConfigFile(
  directory: string,
  root: string,
  shownFolder: string,
  known: ReadConfig | undefined,
): Promise<ReadConfig> {
  const path = join(directory, await configFileOf(directory));
  const content = await stampOf(path);
  const stamp = content && `${basename(path)}:${content}`;
  if (known?.stamp === stamp) return known;
  if (stamp === '') return { stamp, config: {} };
  const shown = `${shownFolder}/${basename(path)}`;
  try {
    const text = await readWholeFile(root, path, MAX_BYTES);
    if (text === null) throw new FileFault('unreadable', 'is a link that leads to no file');
    return { stamp, config: parseModelConfig(text.toString(), shown) };
  } catch (error) {
    if (error instanceof ConfigError) return { stamp, config: error };
    const reason = error instanceof FileFault ? error.message : 'cannot be read';
    return { stamp, config: new ConfigError(`${shown} ${reason}.`) };
  }
}

/** A link that leads nowhere is no absent file: what it was to say would be passed over. */
async function stampOf(path: string): Promise<string> {
  const stamp = await stampFile(path);
  if (stamp !== '') return stamp;
  return (await lstat(path).catch(() => undefined)) ? 'link' : '';
}
