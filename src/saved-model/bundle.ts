import { constants } from 'node:buffer';
import type { OpenFile } from '../files/open-file.js';
import { type BundleIndex, INDEX, parseBundleIndex, type VariableEntry } from './bundle-index.js';
import { maskedCrc32c } from './crc32c.js';
import { CursorFault } from './cursor.js';
import { elementBytes } from './dtypes.js';
import { MAX_DATA_BYTES, MAX_INDEX_BYTES } from './most-bytes.js';
import { DataType } from './proto/tensor_pb.js';
import { openRegularFile, readRange, readRegularFile } from './regular-file.js';
import { quote, SavedModelError } from './saved-model.errors.js';
import { readStringTensor } from './string-tensor.js';

/**
 * Opens the variables of the SavedModel in `directory`. `null` if it has none.
 * The index is read and checked whole, against the real sizes of the data files; of these nothing is read yet.
 * @param root the folder that no link may lead out of
 * @throws SavedModelError
 */
export async function openVariables(directory: string, root = directory): Promise<VariablesBundle | null> {
  const bytes = await readRegularFile(directory, INDEX, MAX_INDEX_BYTES, root);
  if (!bytes) return null;
  const index = parseBundleIndex(bytes);
  const files = new Map<number, OpenFile>();
  try {
    for (const entry of index.entries.values()) {
      if (entry.sliced) continue;
      const file = files.get(entry.shard) ?? (await openShard(directory, entry.shard, index.shards, root));
      files.set(entry.shard, file);
      if (entry.offset + entry.size > file.size) {
        throw new SavedModelError(
          shardName(entry.shard, index.shards),
          `is truncated: it has ${file.size} bytes, and ${quote(entry.name)} ends at byte ${entry.offset + entry.size}`,
        );
      }
    }
  } catch (error) {
    await closeAll(files);
    throw error;
  }
  return new VariablesBundle(index, files);
}

/** The variables of a SavedModel, read one at a time. It keeps the data files open until it is closed. */
export class VariablesBundle {
  constructor(
    private readonly index: BundleIndex,
    private readonly files: ReadonlyMap<number, OpenFile>,
  ) {}

  /** By name, in the order of the names' bytes. */
  get entries(): ReadonlyMap<string, VariableEntry> {
    return this.index.entries;
  }

  /**
   * The elements of a variable as they lie in memory, row-major and little-endian, their checksum verified.
   * @throws SavedModelError also for strings (see `readStrings`), resources, variants and sliced variables
   */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.entry(name);
    if (elementBytes(entry.dataType) === null) {
      throw new SavedModelError(
        INDEX,
        `has ${quote(name)} as ${entry.dtype}, which cannot be read as numbers`,
      );
    }
    const bytes = await this.bytesOf(entry);
    if (maskedCrc32c(bytes) !== entry.checksum) throw this.damaged(entry, 'has a wrong checksum');
    return bytes;
  }

  /**
   * The strings of a string variable, row-major, their checksum verified.
   * @throws SavedModelError
   */
  async readStrings(name: string): Promise<readonly Uint8Array[]> {
    const entry = this.entry(name);
    if (entry.dataType !== DataType.DT_STRING) {
      throw new SavedModelError(INDEX, `has ${quote(name)} as ${entry.dtype} and not as strings`);
    }
    const bytes = await this.bytesOf(entry);
    try {
      return readStringTensor(bytes, entry.elements, entry.checksum);
    } catch (error) {
      if (error instanceof CursorFault) throw this.damaged(entry, error.message);
      throw error;
    }
  }

  /** Closes the data files. Safe to call twice. */
  async close(): Promise<void> {
    await closeAll(this.files);
  }

  private entry(name: string): VariableEntry {
    const entry = this.index.entries.get(name);
    if (!entry) throw new SavedModelError(INDEX, `has no variable ${quote(name)}`);
    return entry;
  }

  private async bytesOf({ name, shard, offset, size, sliced }: VariableEntry): Promise<Uint8Array> {
    if (sliced) {
      throw new SavedModelError(INDEX, `has ${quote(name)} in slices, which this server does not read`);
    }
    if (size > constants.MAX_LENGTH) {
      throw new SavedModelError(
        INDEX,
        `has ${size} bytes for ${quote(name)}, more than Node can hold in one piece`,
      );
    }
    const file = this.files.get(shard);
    if (!file) throw new Error(`This is a bug. Data file ${shard} was not opened.`);
    return readRange(file, shardName(shard, this.index.shards), offset, size);
  }

  private damaged({ name, shard }: VariableEntry, fault: string): SavedModelError {
    return new SavedModelError(shardName(shard, this.index.shards), `is damaged: ${quote(name)} ${fault}`);
  }
}

async function openShard(directory: string, shard: number, shards: number, root: string): Promise<OpenFile> {
  const name = shardName(shard, shards);
  const file = await openRegularFile(directory, name, MAX_DATA_BYTES, root);
  if (!file) throw new SavedModelError(name, 'is missing');
  return file;
}

function shardName(shard: number, shards: number): string {
  return `variables/variables.data-${digits(shard)}-of-${digits(shards)}`;
}

function digits(number: number): string {
  return String(number).padStart(5, '0');
}

async function closeAll(files: ReadonlyMap<number, OpenFile>): Promise<void> {
  for (const { handle } of files.values()) await handle.close();
}
