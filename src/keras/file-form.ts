import { MAX_KERAS_BYTES } from '../saved-model/most-bytes.js';
import { openRegularFile } from '../saved-model/regular-file.js';
import { KerasFault } from './keras.errors.js';

/** `archive`: the zip that Keras 2.12 and later write; `hdf5`: what Keras wrote before, and still writes as `.h5`. */
export type KerasForm = 'archive' | 'hdf5';

const HDF5 = '\x89HDF\r\n\x1a\n';
/** With entries, or without any. */
const ZIPS = ['PK\x03\x04', 'PK\x05\x06'];

const BEGINNING_BYTES = 64;

/**
 * How a Keras file is written, by its content: TensorFlow up to 2.11 writes HDF5 under the name `model.keras` too. Where its first bytes are
 * neither form's, by its name, so that what reads it says what is wrong.
 * @param root the folder that no link may lead out of
 * @throws KerasFault if it is not there, or obviously another file; SavedModelError if it cannot be read
 */
export async function formOf(directory: string, file: string, root = directory): Promise<KerasForm> {
  const beginning = await readBeginning(directory, file, root);
  if (ZIPS.some((zip) => beginning.startsWith(zip))) return 'archive';
  if (beginning.startsWith(HDF5)) return 'hdf5';
  if (beginning.startsWith('version https://git-lfs'))
    throw new KerasFault('is a pointer of Git LFS and not the file itself; get that with git lfs pull');
  if (/^\s*<(!doctype|html)/i.test(beginning))
    throw new KerasFault('is a page of HTML and not the file itself; download it anew');
  return file.toLowerCase().endsWith('.keras') ? 'archive' : 'hdf5';
}

/** A character for each byte. */
async function readBeginning(directory: string, file: string, root: string): Promise<string> {
  const opened = await openRegularFile(directory, file, MAX_KERAS_BYTES, root);
  if (!opened) throw new KerasFault('is missing');
  try {
    const { buffer, bytesRead } = await opened.handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await opened.handle.close();
  }
}
