import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** How long `nvidia-smi` may take, in ms: where the driver is not kept loaded, seconds. */
const PATIENCE_MS = 20_000;

/**
 * The NVIDIA GPUs that TensorFlow may use, as `CUDA_VISIBLE_DEVICES` names them. No library is loaded for it: a process that has used a
 * GPU keeps memory of it.
 * @param visible what `CUDA_VISIBLE_DEVICES` is, if it is set: then it alone says which
 */
export async function findGpus(visible: string | undefined): Promise<readonly string[]> {
  if (visible !== undefined) return visibleGpus(visible);
  const { length } = (await gpusBySmi()) ?? (await gpusByDriver());
  return Array.from({ length }, (_, index) => String(index));
}

/** As CUDA reads the list: up to the first entry that names no GPU. */
export function visibleGpus(visible: string): readonly string[] {
  const entries = visible.split(',').map((entry) => entry.trim());
  const end = entries.findIndex((entry) => !/^(\d+|GPU-[\w-]+|MIG-[\w/-]+)$/.test(entry));
  return end < 0 ? entries : entries.slice(0, end);
}

/** The lines of `nvidia-smi -L` that name a GPU; those of parts of one are indented. */
export function gpuLines(listing: string): readonly string[] {
  return listing.split('\n').filter((line) => /^GPU \d+:/.test(line));
}

/** `undefined` where there is no `nvidia-smi`, or it finds no driver. */
async function gpusBySmi(): Promise<readonly string[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: PATIENCE_MS });
    return gpuLines(stdout);
  } catch {
    return undefined;
  }
}

async function gpusByDriver(): Promise<readonly string[]> {
  return readdir('/proc/driver/nvidia/gpus').catch(() => []);
}

/** Only these runtimes can use a GPU. */
const ON_GPU = new Set(['auto', 'tensorflow']);

/** The GPUs that a runtime may use, as `CUDA_VISIBLE_DEVICES` names them. */
export async function gpusFor(runtime: string): Promise<readonly string[]> {
  return ON_GPU.has(runtime) ? findGpus(process.env.CUDA_VISIBLE_DEVICES) : [];
}
