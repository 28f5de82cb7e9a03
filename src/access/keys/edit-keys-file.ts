import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../../config/expect.js';
import { type KeyEntry, printKeysFile } from './keys-file.js';
import { lock } from './keys-file-lock.js';
import { readKeysFile } from './read-keys-file.js';

const ATTEMPTS = 5;

/**
 * Changes the keys in a file, one editor at a time, all or nothing: a reader sees the keys of before or of after,
 * and a failure leaves those of before. `edit` may be called again, with newer keys.
 * @throws ConfigError when the file is malformed or stays locked; what `edit` throws; the system's errors.
 */
export async function editKeysFile(
  given: string,
  edit: (keys: readonly KeyEntry[]) => readonly KeyEntry[],
): Promise<void> {
  // Through a link to the file it stands for: renaming onto the link would replace the link.
  const file = statSync(given, { throwIfNoEntry: false }) === undefined ? given : realpathSync(given);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const held = await lock(`${file}.lock`);
    try {
      const text = printKeysFile(edit(readKeysFile(file)));
      if (replace(file, text, held.isHeld)) return;
    } finally {
      held.release();
    }
  }
  throw new ConfigError(
    'Expected to edit the keys alone but lost the lock each time; nothing was changed: try again.',
  );
}

/** Writes beside the file and renames, if still allowed to just before. */
function replace(file: string, text: string, allowed: () => boolean): boolean {
  const written = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(written, text, { flag: 'wx', mode: 0o600, flush: true });
    keepAccess(file, written);
    if (!allowed()) return false;
    renameSync(written, file);
    return true;
  } finally {
    rmSync(written, { force: true });
  }
}

/**
 * Whoever could read the file still can: a server that runs as another user and could not would go on letting a
 * revoked key in. Fails where this user may not give the file to its owner.
 */
function keepAccess(file: string, written: string): void {
  const before = statSync(file, { throwIfNoEntry: false });
  if (before === undefined) return;
  const now = statSync(written);
  if (now.uid !== before.uid || now.gid !== before.gid) chownSync(written, before.uid, before.gid);
  chmodSync(written, before.mode & 0o777);
}
