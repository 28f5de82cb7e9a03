import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Where the repository keeps what it makes and can make again. */
export function cacheDirectory() {
  const { TENSORNEST_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return resolve(TENSORNEST_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'tensornest'));
}

/**
 * A folder of the cache that is made once for each state of the sources it is made from.
 * @param make fills the folder whose path it gets
 */
export async function cached(name, sources, make) {
  let key = 0;
  for (const source of sources) key = crc32(await readFile(source), key);
  const parent = join(cacheDirectory(), name);
  const folder = join(parent, String(key));
  if (existsSync(folder)) return folder;
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(join(parent, 'partial-'));
  try {
    await make(staging);
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

/** What a script of the repository prints that makes something in the cache. */
export function made(script) {
  return execFileSync('sh', [join(ROOT, script)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
