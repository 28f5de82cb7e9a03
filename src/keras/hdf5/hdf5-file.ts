import { File, type Metadata, Module, ready } from 'h5wasm';
import { KerasFault } from '../keras.errors.js';
import { quote } from '../../saved-model/saved-model.errors.js';

const PATH = '/model.h5';

const MAX_TEXT_BYTES = 128 * 1024 ** 2;

/**
 * An HDF5 file in memory, read by libhdf5 as WebAssembly. It sees no disk: the build for browsers has a file system of its own, in which
 * this file is the only one, so that a link out of it leads nowhere.
 */
export class Hdf5File {
  private constructor(private readonly file: File) {}

  /**
   * Opens the one file; the bytes are lent to it until it is closed.
   * @throws KerasFault
   */
  static async open(bytes: Uint8Array): Promise<Hdf5File> {
    const { FS } = await ready;
    FS.createDataFile('/', PATH.slice(1), bytes, true, false, true);
    const file = new File(PATH, 'r');
    if (file.file_id > 0n) return new Hdf5File(file);
    FS.unlink(PATH);
    throw new KerasFault('is not an HDF5 file, or a damaged one');
  }

  close(): void {
    this.file.close();
    Module.FS.unlink(PATH);
  }

  /** The names in a group, in its order. */
  names(group: string): string[] {
    return Module.get_names(this.file.file_id, group, false);
  }

  /** What is at a path; a link within the file counts as what it leads to. `other` also if there is nothing. */
  kind(path: string): 'group' | 'dataset' | 'other' {
    const type = Module.get_type(this.file.file_id, path);
    if (type === Module.H5G_GROUP) return 'group';
    return type === Module.H5G_DATASET ? 'dataset' : 'other';
  }

  metadata(dataset: string): Metadata {
    return Module.get_dataset_metadata(this.file.file_id, dataset);
  }

  /** Some elements of a dataset, into `target`. `count` and `offset` have a number for each dimension. */
  read(dataset: string, count: readonly number[], offset: readonly number[], target: Uint8Array): void {
    const { file_id: file } = this.file;
    const strides = count.map(() => 1);
    inMemory(target.length, (address) => {
      const status = Module.get_dataset_data(
        file,
        dataset,
        sizesOf(count),
        sizesOf(offset),
        sizesOf(strides),
        BigInt(address),
      );
      if (status < 0) throw new KerasFault(`is damaged: its weights ${quote(dataset)} cannot be read`);
      target.set(Module.HEAPU8.subarray(address, address + target.length));
    });
  }

  /**
   * The strings of an attribute of a group, however many they are. `null` if there is no such attribute.
   * @throws KerasFault if it is one of other things than strings
   */
  texts(group: string, name: string): string[] | null {
    if (!Module.get_attribute_names(this.file.file_id, group).includes(name)) return null;
    const metadata = Module.get_attribute_metadata(this.file.file_id, group, name);
    // h5py writes an empty list of strings as one of float64.
    if (metadata.total_size === 0) return [];
    const bytes = metadata.size * metadata.total_size;
    if (metadata.type !== Module.H5T_class_t.H5T_STRING.value || !(bytes <= MAX_TEXT_BYTES)) {
      throw new KerasFault(`is damaged: its attribute ${quote(name)} is not text`);
    }
    return this.readTexts(group, name, metadata, bytes);
  }

  private readTexts(group: string, name: string, { vlen, size }: Metadata, bytes: number): string[] {
    const { file_id: file } = this.file;
    return inMemory(bytes, (address) => {
      if (Module.get_attribute_data(file, group, name, BigInt(address)) < 0) {
        throw new KerasFault(`is damaged: its attribute ${quote(name)} cannot be read`);
      }
      const memory = Module.HEAPU8.slice(address, address + bytes);
      if (!vlen) return fixedTexts(memory, size);
      try {
        return pointedTexts(memory);
      } finally {
        Module.reclaim_vlen_memory(file, group, name, BigInt(address));
      }
    });
  }
}

function pointedTexts(memory: Uint8Array): string[] {
  const texts: string[] = [];
  let length = 0;
  for (const pointer of new Uint32Array(memory.buffer)) {
    const text = Module.UTF8ToString(pointer);
    length += text.length;
    if (length > MAX_TEXT_BYTES) throw new KerasFault('is damaged: it has an attribute of absurd length');
    texts.push(text);
  }
  return texts;
}

/** Each of `size` bytes, filled up with zeros. */
function fixedTexts(memory: Uint8Array, size: number): string[] {
  const texts: string[] = [];
  for (let at = 0; at < memory.length; at += size) {
    const text = memory.subarray(at, at + size);
    const end = text.indexOf(0);
    texts.push(Buffer.from(end < 0 ? text : text.subarray(0, end)).toString());
  }
  return texts;
}

/** As the library takes them; a single number has none. */
function sizesOf(sizes: readonly number[]): bigint[] | null {
  return sizes.length === 0 ? null : sizes.map(BigInt);
}

/** Lends some of the library's memory. */
function inMemory<T>(bytes: number, use: (address: number) => T): T {
  const { _malloc: allocate, _free: free } = Module;
  const address = allocate(bytes);
  if (address === 0) throw new KerasFault('needs more memory to be read than there is');
  try {
    return use(address);
  } finally {
    free(address);
  }
}
