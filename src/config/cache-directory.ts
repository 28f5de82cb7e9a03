import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Settings } from './settings.js';

/**
 * The settings with a cache that can be written: where theirs cannot, in a read-only container for instance, with a temporary folder that goes
 * when this process ends. Its children are given the folder by their environment.
 * @returns beside the settings what is to be told of it
 */
export function withWritableCache(settings: Settings): {
  readonly settings: Settings;
  readonly warnings: readonly string[];
} {
  const wanted = settings.tensornestCacheDir;
  const code = faultOf(wanted);
  if (code === undefined) return { settings, warnings: [] };
  const said = `The cache ${wanted} cannot be written (${code}): let TENSORNEST_CACHE_DIR name a folder that can be.`;
  let temporary: string;
  try {
    temporary = mkdtempSync(join(tmpdir(), 'tensornest-cache-'));
  } catch {
    const lost = 'Neither can the folder for temporary files, so models run as they were exported.';
    return { settings, warnings: [`${said} ${lost}`] };
  }
  process.env.TENSORNEST_CACHE_DIR = temporary;
  process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
  return {
    settings: Object.freeze({ ...settings, tensornestCacheDir: temporary }),
    warnings: [
      `${said} Until this server ends it is ${temporary}, and models are rewritten anew at each start.`,
    ],
  };
}

/** Why models cannot be kept there, as a code of the system's; `undefined` if they can. */
function faultOf(cache: string): string | undefined {
  const models = join(cache, 'models');
  try {
    makeFolder(models);
    accessSync(models, constants.W_OK | constants.X_OK);
    // Root may write by its rights what a file system does not take.
    rmSync(mkdtempSync(join(models, 'partial-')), { recursive: true });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** With those that it lies in. Node's own `recursive` never ends where a system says ENOENT of a folder that is to be made. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
