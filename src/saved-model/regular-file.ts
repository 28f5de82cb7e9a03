import { join } from 'node:path';
import { FileFault } from '../files/file-fault.js';
import * as files from '../files/open-file.js';
import { SavedModelError } from './saved-model.errors.js';

/**
 * Opens a file of a model to be read; see `openFile`. The caller closes the handle. `null` if there is none.
 * @param root the folder that no link may lead out of
 * @throws SavedModelError
 */
export function openRegularFile(
  directory: string,
  file: string,
  maxBytes: number,
  root = directory,
): Promise<files.OpenFile | null> {
  return named(file, () => files.openFile(root, join(directory, file), maxBytes));
}

/**
 * Reads a file of a model whole, or nothing of it if it is larger than `maxBytes`. `null` if there is none.
 * @throws SavedModelError
 */
export function readRegularFile(
  directory: string,
  file: string,
  maxBytes: number,
  root = directory,
): Promise<Buffer | null> {
  return named(file, () => files.readWholeFile(root, join(directory, file), maxBytes));
}

/**
 * Reads `size` bytes from `offset`, which the caller has checked against the file's size.
 * @throws SavedModelError if the file has become shorter or fails to be read
 */
export function readRange(
  opened: files.OpenFile,
  file: string,
  offset: number,
  size: number,
): Promise<Buffer> {
  return named(file, () => files.readRange(opened, offset, size));
}

async function named<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof FileFault ? new SavedModelError(file, error.message) : error;
  }
}
