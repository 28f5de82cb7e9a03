import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

/** A model as it lies on the disk. */
export interface FoundModel {
  readonly name: string;
  /** The highest version, or the sentence that says why none can be served. */
  readonly version: FoundVersion | { readonly fault: string };
}

export interface FoundVersion {
  readonly number: number;
  /** The real path of `<model>/<number>`. */
  readonly directory: string;
  /** The real path of `<model>`, where its `model.yaml` is. */
  readonly modelDirectory: string;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;
/** A whole number without leading zeros, which would be another name for the same version. */
const VERSION = /^(0|[1-9]\d{0,14})$/;

/**
 * The models in `root`: its child folders, each with its highest version, the child folder whose name is the largest
 * whole number. Hidden folders and files are passed over; a link that leads out of `root` is not followed.
 */
export async function findModels(root: string): Promise<FoundModel[]> {
  const realRoot = await realpath(root);
  const found: FoundModel[] = [];
  for (const name of (await readdir(realRoot)).toSorted()) {
    if (name.startsWith('.')) continue;
    const directory = await realFolder(join(realRoot, name));
    if (directory !== undefined) found.push({ name, version: await findVersion(realRoot, name, directory) });
  }
  return found;
}

async function findVersion(root: string, name: string, directory: string): Promise<FoundModel['version']> {
  const place = `${basename(root)}/${name}`;
  if (!NAME.test(name)) {
    return { fault: 'A model may be named with letters, digits, ".", "_" and "-", a letter or digit first.' };
  }
  if (!isInside(root, directory)) return { fault: `${place} is a link that leads out of the models folder.` };
  const entries = await readdir(directory).catch(() => undefined);
  if (entries === undefined) return { fault: `${place} cannot be read.` };
  const versions = entries.filter((entry) => VERSION.test(entry)).toSorted((a, b) => Number(b) - Number(a));
  for (const entry of versions) {
    const version = await realFolder(join(directory, entry));
    if (version === undefined) continue;
    if (isInside(root, version))
      return { number: Number(entry), directory: version, modelDirectory: directory };
    return { fault: `${place}/${entry} is a link that leads out of the models folder.` };
  }
  return {
    fault: `There is no version in ${place}: put a SavedModel, or a Keras file as model.keras, into ${place}/1.`,
  };
}

async function realFolder(path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  return real !== undefined && (await stat(real)).isDirectory() ? real : undefined;
}

function isInside(root: string, path: string): boolean {
  return path.startsWith(root + sep);
}
