import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { FileFault } from './file-fault.js';

/** A file that was opened to be read; who opened it closes the handle. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** In bytes, as it was when the file was opened. */
  readonly size: number;
}

/** A pipe without a writer would hold up who opens it, and a terminal would become the server's. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY;

/**
 * The one way in which a file of a model, and whatever lies beside it, is opened by its name: a regular file of at most `maxBytes` whose
 * real path is inside `root`, links followed. What changes on the disk meanwhile lets nothing else in.
 * @param root a folder, which may be reached by a link itself; `null` for a file that the operator names, wherever it lies
 * @returns `null` if there is none
 * @throws FileFault
 */
export async function openFile(
  root: string | null,
  path: string,
  maxBytes: number,
): Promise<OpenFile | null> {
  try {
    const real = await realpath(path);
    if (root !== null && !isInside(await realpath(root), real)) throw outside();
    // Looked at before it is opened: a device may act on being opened.
    if (!(await stat(real)).isFile()) throw irregular();
    const handle = await open(real, FLAGS);
    try {
      return { handle, size: await checked(handle, real, maxBytes) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof FileFault) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP') throw new FileFault('unreadable', 'is a link that leads to itself', code);
    throw new FileFault('unreadable', `cannot be opened (${code})`, code);
  }
}

/** Reads a file whole, or nothing of it; see `openFile`. */
export async function readWholeFile(
  root: string | null,
  path: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const opened = await openFile(root, path, maxBytes);
  if (!opened) return null;
  try {
    return await readRange(opened, 0, opened.size);
  } finally {
    await opened.handle.close();
  }
}

/**
 * Reads `size` bytes from `offset`, which the caller has checked against the file's size.
 * @throws FileFault if the file has become shorter or fails to be read
 */
export async function readRange({ handle }: OpenFile, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    // One read of the system gives 2 GiB less a page at most.
    const wanted = Math.min(size - filled, 1 << 30);
    const { bytesRead } = await handle.read(buffer, filled, wanted, offset + filled).catch(() => {
      throw new FileFault('unreadable', 'cannot be read');
    });
    if (bytesRead === 0) throw new FileFault('unreadable', 'became shorter while it was read');
    filled += bytesRead;
  }
  return buffer;
}

/** Whether a real path is below a folder's. */
export function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** What was opened may be another file than was looked at. @returns its size */
async function checked(handle: FileHandle, real: string, maxBytes: number): Promise<number> {
  const found = await handle.stat();
  if (!found.isFile()) throw irregular();
  if ((await realpath(real)) !== real) throw outside();
  if (found.size > maxBytes)
    throw new FileFault('too large', `has ${found.size} bytes and may have ${maxBytes} at most`, found.size);
  return found.size;
}

function outside(): FileFault {
  return new FileFault(
    'outside',
    'is a link that leads out of the models folder: put what it leads to in its place, or into the models folder',
  );
}

function irregular(): FileFault {
  return new FileFault('irregular', 'is not a regular file');
}
