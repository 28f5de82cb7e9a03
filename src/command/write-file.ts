import { randomUUID } from 'node:crypto';
import { access, chown, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError } from './command-error.js';

/**
 * Writes a file whole or not at all, with the rights and the owner that it had.
 * @throws CommandError where that is not allowed
 */
export async function writeWhole(path: string, text: string, shown: string): Promise<void> {
  // Through a link to the file it stands for: renaming onto the link would replace the link.
  const file = await realpath(path).catch(() => path);
  const aside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const before = await stat(file).catch(() => undefined);
    await writeFile(aside, text, { flag: 'wx', mode: (before?.mode ?? 0o644) & 0o777, flush: true });
    if (before) {
      const now = await stat(aside);
      if (now.uid !== before.uid || now.gid !== before.gid) await chown(aside, before.uid, before.gid);
    }
    await rename(aside, file);
  } catch (error) {
    throw notWritable(error, shown);
  } finally {
    await rm(aside, { force: true });
  }
}

/** @throws CommandError where nothing can be written into `folder` */
export async function requireWritable(folder: string, shown: string): Promise<void> {
  await access(folder, constants.W_OK).catch((error: unknown): never => {
    throw notWritable(error, shown);
  });
}

function notWritable(error: unknown, shown: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new CommandError(`${shown} cannot be written (${code}).`);
}
