import { createHash, type Hash } from 'node:crypto';
import { readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type OpenFile, openFile, readWholeFile } from '../../files/open-file.js';
import type { EdgedSignature } from '../../graph/edges.js';
import { VERSION } from '../../version.js';
import type { LoadedModel } from '../engine.js';
import type { HeldInputs } from '../input-shapes.js';
import {
  MAX_DATA_BYTES,
  MAX_INDEX_BYTES,
  MAX_KERAS_BYTES,
  MAX_SAVED_MODEL_BYTES,
} from '../../saved-model/most-bytes.js';
import { findModelFile, SAVED_MODEL } from '../model-files.js';
import type { TensorSpec } from '../tensor.js';
import { isDiskFault, removeFolder, stage, type Staged } from './staging.js';

/** What is written differs from one of these to the next: raise it when the rewriting changes, or the record of it. */
const REWRITING = 9;

/** What no server has used for so long is deleted. */
const KEPT_MS = 30 * 24 * 3600 * 1000;
/** A folder that its maker did not finish within this time never will be. */
const STAGING_MS = 24 * 3600 * 1000;

const RECORD = 'model.json';
const MAX_RECORD_BYTES = 64 * 1024 ** 2;

/** What TensorFlow reads of the folder for variables. */
const VARIABLES = /^variables\.(index|data-\d{5}-of-\d{5})$/;

/** What was found out about a model when it was rewritten. As long as its files and what checks them are the same, it holds. */
export interface ModelRecord {
  /** Of the signatures that are rewritten: others run as they were exported. */
  readonly edges: ReadonlyMap<string, EdgedSignature>;
  readonly held: HeldInputs;
  readonly about: Pick<LoadedModel, 'signatures' | 'rows' | 'refused' | 'declared' | 'stateful' | 'warnings'>;
  readonly graph: LoadedModel['graph'];
}

export interface RewrittenModel {
  readonly directory: string;
  readonly record: ModelRecord;
}

/** Rewritten models on the disk, each under the hash of what it was made of. Servers may share the folder. */
export class RewrittenModels {
  constructor(private readonly directory: string) {}

  /** A rewritten model that has proved itself; `null` if there is none. */
  async find(key: string): Promise<RewrittenModel | null> {
    const directory = join(this.directory, key);
    const record = join(directory, RECORD);
    const text = await readWholeFile(this.directory, record, MAX_RECORD_BYTES).catch(() => null);
    if (text === null) return null;
    const now = new Date();
    await utimes(directory, now, now).catch(() => {}); // Used now; another user's folder stays as it is.
    try {
      return { directory, record: fromJson(JSON.parse(text.toString()) as RecordJson) };
    } catch {
      await this.remove(directory); // Damaged.
      return null;
    }
  }

  /** A new folder with what `write` puts into it, which is to be kept or removed. */
  async stage(write: (directory: string) => Promise<void>): Promise<Staged> {
    await this.sweep();
    return stage(this.directory, 'partial-', write);
  }

  /**
   * Gives a staged model, which has proved itself, the name under which it will be found.
   * @returns why it cannot be kept, as a code of the system's; then it is removed, and what was loaded of it can be used all the same
   */
  async keep({ directory, fault }: Staged, key: string, record: ModelRecord): Promise<string | undefined> {
    try {
      if (fault === undefined) await writeFile(join(directory, RECORD), JSON.stringify(toJson(record)));
      else await removeFolder(directory);
    } catch (error) {
      await removeFolder(directory);
      if (isDiskFault(error)) return error.code;
      throw error;
    }
    if (fault === undefined) {
      // Another server was faster, and has the same.
      await rename(directory, join(this.directory, key)).catch(() => removeFolder(directory));
    }
    return fault;
  }

  async remove(directory: string): Promise<void> {
    await removeFolder(directory);
  }

  private async sweep(): Promise<void> {
    const now = Date.now();
    for (const name of await readdir(this.directory).catch(() => [])) {
      const path = join(this.directory, name);
      const age = now - (await stat(path).catch(() => ({ mtimeMs: now }))).mtimeMs;
      const limit = /^[0-9a-f]{64}$/.test(name) ? KEPT_MS : STAGING_MS;
      if (age > limit) await removeFolder(path);
    }
  }
}

interface RecordJson {
  readonly edges: readonly (readonly [string, EdgedSignature])[];
  readonly held: readonly (readonly [string, readonly TensorSpec[]])[];
  readonly about: ModelRecord['about'];
  readonly graph: ModelRecord['graph'];
}

function toJson({ edges, held, about, graph }: ModelRecord): RecordJson {
  return { edges: [...edges], held: [...held], about, graph };
}

function fromJson({ edges, held, about, graph }: RecordJson): ModelRecord {
  return { edges: new Map(edges), held: new Map(held), about, graph };
}

/**
 * The hash of all that a rewritten model depends on, and of all that decides whether it may be served: this server's own version, whose
 * list of allowed ops it was held against, is part of it.
 * @param directory of the version; its files are read whole
 * @param runtime what will run it and was asked whether it answers the same: `2.20.0 cpu`
 * @param allowOps what it may have beside the ops on that list
 * @param root the folder that no link may lead out of
 */
export async function contentKey(
  directory: string,
  runtime: string,
  allowOps: readonly string[],
  root = directory,
): Promise<string> {
  const made = [REWRITING, VERSION, runtime, ...allowOps.toSorted()].join(' ');
  const hash = createHash('sha256').update(`${made}\n`);
  for (const file of await modelFiles(directory)) {
    const opened = await openFile(root, join(directory, file), mostBytesOf(file));
    if (!opened) throw new Error(`${file} is not there.`);
    hash.update(`${file}\n${opened.size}\n`);
    await hashFile(hash, opened);
  }
  return hash.digest('hex');
}

async function hashFile(hash: Hash, { handle, size }: OpenFile): Promise<void> {
  if (size === 0) return handle.close();
  const content = handle.createReadStream({ end: size - 1, highWaterMark: 1 << 20 });
  await pipeline(content, async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) hash.update(chunk);
  });
}

/** As its reader has it. */
function mostBytesOf(file: string): number {
  if (file.endsWith('.index')) return MAX_INDEX_BYTES;
  if (file.startsWith('variables')) return MAX_DATA_BYTES;
  return file === SAVED_MODEL ? MAX_SAVED_MODEL_BYTES : MAX_KERAS_BYTES;
}

async function modelFiles(directory: string): Promise<string[]> {
  const found = await findModelFile(directory);
  const own = found.kind === 'none' ? [] : [found.file];
  if (found.kind === 'keras') return own;
  const variables = await readdir(join(directory, 'variables')).catch(() => []);
  const read = variables.filter((name) => VARIABLES.test(name));
  return [...own, ...read.map((name) => join('variables', name))].toSorted();
}
