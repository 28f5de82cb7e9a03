import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../config/expect.js';
import { errorCode } from './read-keys-file.js';

/** An edit takes milliseconds; a lock this old was left by one that died. */
const STALE_MS = 5_000;
const WAIT_MS = 15_000;
const TRY_EVERY_MS = 25;

/** The right to edit a file, held as a file beside it, which only one can have made. */
export interface FileLock {
  /** False when it was taken for stale: another may be editing. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Waits for the lock, at most 15 s. Age, not a process number, tells a stale one: the holder may live in another
 * container.
 * @throws ConfigError when others held it all that time.
 */
export async function lock(path: string): Promise<FileLock> {
  const token = randomUUID();
  const until = performance.now() + WAIT_MS;
  while (!make(path, token)) {
    if (performance.now() > until) {
      throw new ConfigError(
        `Another command has been editing the keys: wait for it, or remove ${path} if there is none.`,
      );
    }
    if (isStale(path)) rmSync(path, { force: true });
    else await delay(TRY_EVERY_MS * (0.5 + Math.random()));
  }
  const isHeld = (): boolean => readIfAny(path) === token;
  return { isHeld, release: () => isHeld() && rmSync(path, { force: true }) };
}

function make(path: string, token: string): boolean {
  try {
    writeFileSync(path, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function isStale(path: string): boolean {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > STALE_MS;
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
