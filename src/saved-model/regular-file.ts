import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SavedModelError } from './saved-model.errors.js';

export interface RegularFile {
  readonly handle: FileHandle;
  /** In bytes, as it was when it was opened. */
  readonly size: number;
}

/**
 * Opens a file of a model to be read. The caller closes the handle. `null` if there is none.
 * A pipe or a device is refused before it is opened, for opening it may wait forever.
 * @throws SavedModelError
 */
export async function openRegularFile(directory: string, file: string): Promise<RegularFile | null> {
  const path = join(directory, file);
  try {
    if (!(await stat(path)).isFile()) throw new SavedModelError(file, 'is not a regular file');
    const handle = await open(path, 'r');
    try {
      return { handle, size: (await handle.stat()).size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof SavedModelError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new SavedModelError(file, 'cannot be opened');
  }
}

/**
 * Reads a file of a model whole, or nothing of it if it is larger than `maxBytes`. `null` if there is none.
 * @throws SavedModelError
 */
export async function readRegularFile(
  directory: string,
  file: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const opened = await openRegularFile(directory, file);
  if (!opened) return null;
  try {
    if (opened.size > maxBytes) {
      throw new SavedModelError(file, `has ${opened.size} bytes and may have ${maxBytes} at most`);
    }
    return await readRange(opened, file, 0, opened.size);
  } finally {
    await opened.handle.close();
  }
}

/**
 * Reads `size` bytes from `offset`, which the caller has checked against the file's size.
 * @throws SavedModelError if the file has become shorter or fails to be read
 */
export async function readRange(
  { handle }: RegularFile,
  file: string,
  offset: number,
  size: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    // One read of the system gives 2 GiB less a page at most.
    const wanted = Math.min(size - filled, 1 << 30);
    const { bytesRead } = await handle.read(buffer, filled, wanted, offset + filled).catch(() => {
      throw new SavedModelError(file, 'cannot be read');
    });
    if (bytesRead === 0) throw new SavedModelError(file, 'became shorter while it was read');
    filled += bytesRead;
  }
  return buffer;
}
