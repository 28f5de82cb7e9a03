import { readFileSync, statSync } from 'node:fs';
import { ConfigError, show } from '../../config/expect.js';
import { type KeyEntry, parseKeysFile } from './keys-file.js';

/**
 * The keys in the file; none when there is no file.
 * @throws ConfigError when it cannot be read or is malformed.
 */
export function readKeysFile(file: string): readonly KeyEntry[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return [];
    if (code === undefined) throw error;
    throw new ConfigError(
      `Expected a file that this process may read for API_KEYS_FILE but received ${show(file)} (${code}).`,
    );
  }
  return parseKeysFile(content, file);
}

/**
 * A text that differs whenever the file may differ: written in place, replaced by rename, removed, or made
 * unreadable. Change time tells what a copy that keeps modification times hides.
 */
export function fileState(file: string): string {
  try {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? 'absent' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  } catch (error) {
    return `unreadable ${errorCode(error)}`;
  }
}

/** The system's code of a failed file operation, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
