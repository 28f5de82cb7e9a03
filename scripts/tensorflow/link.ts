import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The package's folder for TensorFlow's libraries and headers. The libraries find CUDA from it, in `deps/nvidia`. */
export const depsPath = (home: string): string => join(home, 'deps');

/** Makes `deps` a link to the library. Another link, or the folder that the package's own script once made, gives way. */
export async function linkLibrary(directory: string, home: string): Promise<void> {
  const deps = depsPath(home);
  if ((await linkedLibrary(home)) === directory) return;
  const old = await lstat(deps).catch(() => undefined);
  if (old?.isDirectory()) await rm(deps, { recursive: true });
  const link = `${deps}.${process.pid}`;
  await mkdir(dirname(deps), { recursive: true });
  await symlink(directory, link);
  await rename(link, deps);
}

/** The library that `deps` links to, or undefined. */
export async function linkedLibrary(home: string): Promise<string | undefined> {
  return readlink(depsPath(home)).catch(() => undefined);
}
