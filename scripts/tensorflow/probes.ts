import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addonsIn, freeBytes, librariesIn, readInstalled } from './cache.js';
import { command } from './command.js';
import { size } from './progress.js';
import { runsCuda12 } from './verdict.js';

/** An NVIDIA GPU as its driver names it. */
export interface Gpu {
  readonly text: string;
  readonly runsCuda12: boolean;
}

/** Asks `nvidia-smi`, else the driver's own file; undefined when there is no NVIDIA driver. */
export async function findGpu(env: NodeJS.ProcessEnv): Promise<Gpu | undefined> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  const { code, output } = await command('nvidia-smi', query, { env, timeoutMs: 20_000 });
  if (code === 0 && output.trim() !== '') {
    const gpus = output.trim().split('\n');
    const driver = gpus[0]?.split(',').at(-1)?.trim() ?? '';
    return describe(gpus.map((line) => line.split(',').slice(0, 2).join(',')).join('; '), driver);
  }
  const file = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => undefined);
  if (file === undefined) return undefined;
  return describe('a GPU that nvidia-smi does not show', / (\d+\.\d+[.\d]*) /.exec(file)?.[1] ?? '');
}

function describe(gpus: string, driver: string): Gpu {
  const fits = runsCuda12(driver);
  const old = fits ? '' : ', which is too old for CUDA 12 (525.60 is the oldest)';
  return { text: `${gpus}, driver ${driver || 'of unknown version'}${old}`, runsCuda12: fits };
}

/** What the cache holds: the libraries by name, how many addons, how much of the disk, how much of it is left. */
export async function describeCache(cache: string): Promise<string> {
  if (!existsSync(cache)) return `${cache} (nothing yet)`;
  const libraries = [];
  for (const name of await names(librariesIn(cache))) {
    const installed = await readInstalled(join(librariesIn(cache), name));
    libraries.push(installed === undefined ? `${name} (incomplete)` : name);
  }
  const addons = (await names(addonsIn(cache))).length;
  const used = `${size(await bytesIn(cache))} used, ${size(await freeBytes(cache))} free`;
  return `${cache}: ${libraries.join(', ') || 'no TensorFlow'}; addons: ${addons}; ${used}`;
}

/** sharp and the libvips in it, which decode every picture. */
export async function describeSharp(): Promise<string> {
  const { default: sharp } = await import('sharp');
  return `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;
}

export async function names(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).toSorted();
}

/** Links count for nothing, and are not followed: LIBTENSORFLOW_DIR is not ours. */
async function bytesIn(directory: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      sum += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return sum;
}
