import { crc32 } from '@node-rs/crc32';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { MAX_KERAS_BYTES } from '../saved-model/most-bytes.js';
import { openRegularFile } from '../saved-model/regular-file.js';
import { quote } from '../saved-model/saved-model.errors.js';
import { KerasFault } from './keras.errors.js';
import { MAX_CONFIG_BYTES } from './model/parse-json.js';

const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

const MAX_BYTES: Readonly<Record<string, number>> = {
  [METADATA]: 1024 ** 2,
  [CONFIG]: MAX_CONFIG_BYTES,
  [WEIGHTS]: 2 ** 32 - 1,
};

/** Keras stores its entries as they are. Others may deflate them, but no weights shrink to a hundredth. */
const MAX_EXPANSION = 100;
const ALWAYS_ALLOWED_BYTES = 1024 ** 2;

const MAX_ENTRIES = 10_000;

/** The entries of a `.keras` that make up the model. */
export interface Archive {
  /** JSON text. */
  readonly metadata: string;
  readonly config: string;
  /** An HDF5 file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the `.keras` in a folder. `null` if there is none.
 * @param root the folder that no link may lead out of
 * @throws KerasFault or SavedModelError
 */
export async function readArchive(
  directory: string,
  file: string,
  root = directory,
): Promise<Archive | null> {
  const opened = await openRegularFile(directory, file, MAX_KERAS_BYTES, root);
  if (!opened) return null;
  try {
    const zip = await openZip(opened.handle.fd);
    const entries = await listEntries(zip);
    const metadata = await readEntry(zip, entries, METADATA);
    const config = await readEntry(zip, entries, CONFIG);
    const weights = await readEntry(zip, entries, WEIGHTS);
    return {
      metadata: Buffer.from(metadata).toString(),
      config: Buffer.from(config).toString(),
      weights,
    };
  } finally {
    await opened.handle.close();
  }
}

async function openZip(fd: number): Promise<ZipFile> {
  return fromFdPromise(fd, { lazyEntries: true, autoClose: false }).catch(() => {
    throw new KerasFault('is not a zip archive, or a damaged one');
  });
}

async function listEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES)
    throw new KerasFault(`has ${zip.entryCount} entries, of which Keras writes three`);
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw new KerasFault(`has two entries ${quote(entry.fileName)}`);
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    throw error instanceof KerasFault
      ? error
      : new KerasFault('is damaged: its list of entries cannot be read');
  }
  return entries;
}

async function readEntry(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = entries.get(name);
  if (!entry) throw new KerasFault(`has no ${name}; save the model with model.save("model.keras")`);
  const { uncompressedSize: size, compressedSize } = entry;
  const most = MAX_BYTES[name] ?? 0;
  if (size > most) throw new KerasFault(`has ${size} bytes of ${name} and may have ${most} at most`);
  if (
    size > Math.max(ALWAYS_ALLOWED_BYTES, MAX_EXPANSION * compressedSize) ||
    compressedSize > zip.fileSize
  ) {
    throw new KerasFault(`claims ${size} bytes of ${name}, more than it can hold`);
  }
  const bytes = new Uint8Array(size);
  try {
    let filled = 0;
    // The stream ends with an error if the entry has more bytes, or fewer, than it claims.
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes.set(chunk as Buffer, filled);
      filled += (chunk as Buffer).length;
    }
  } catch {
    throw new KerasFault(`is damaged: its ${name} cannot be read`);
  }
  if (crc32(bytes) !== entry.crc32) throw new KerasFault(`is damaged: its ${name} has a wrong checksum`);
  return bytes;
}
