import { readdir, realpath } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ConfigError, unexpected } from '../../config/expect.js';
import { FileFault } from '../../files/file-fault.js';
import { isInside, readWholeFile } from '../../files/open-file.js';
import { realFolder, sayOutside } from '../source/find-versions.js';
import { DEFAULT_TOLERANCE, GOLDENS, type Golden, type GoldenConfig, readGolden } from './golden.js';

/** More are a test set: `npm run parity` takes any number. */
const MAX_AT_LOAD = 200;

const PICTURE = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;
const TENSOR = '.tensor.npy';
const PROBABILITIES = '.probabilities.npy';

/** A folder, by its real path and as its user knows it. */
interface Folder {
  readonly path: string;
  /** No link may lead out of this folder; of the folder itself where it is absent. */
  readonly root?: string;
  readonly shown: string;
}

/** Of what a picture is to give, with a probability for each of 10,000 classes. */
const MAX_JSON_BYTES = 1024 ** 2;

/**
 * The goldens of a version: those that `model.yaml` lists, those in the model's folder, and the version's own.
 * @throws ConfigError
 */
export async function goldensOf(
  model: Folder,
  version: Folder,
  listed: readonly Partial<GoldenConfig>[],
): Promise<readonly Golden[]> {
  const goldens: Golden[] = [];
  for (const [index, given] of listed.entries()) {
    const { image } = given;
    if (image === undefined) throw unexpected('the name of a picture', `goldens[${index}].image`, undefined);
    goldens.push(await resolved(model, image, given));
  }
  for (const place of version.path === model.path ? [model] : [model, version]) {
    const folder = await folderIn(place, GOLDENS);
    if (folder) goldens.push(...(await goldensIn(folder)));
  }
  if (goldens.length > MAX_AT_LOAD)
    throw new ConfigError(
      `Expected at most ${MAX_AT_LOAD} goldens but received ${goldens.length}: each runs whenever a version is loaded. npm run parity -- --golden takes any number.`,
    );
  return goldens;
}

/**
 * The goldens of a folder: every picture in it, with what lies beside it under the same name, and those in folders that are named
 * by their label.
 * @throws ConfigError
 */
export async function goldensIn(folder: Folder): Promise<readonly Golden[]> {
  const entries = await entriesOf(folder);
  const goldens = await goldensAmong(folder, entries, undefined);
  for (const label of entries) {
    const ofLabel = await folderIn(folder, label);
    if (ofLabel) goldens.push(...(await goldensAmong(ofLabel, await entriesOf(ofLabel), label)));
  }
  if (goldens.length === 0) throw new ConfigError(`Expected pictures in ${folder.shown} but there is none.`);
  return goldens;
}

async function goldensAmong(
  folder: Folder,
  entries: readonly string[],
  label: string | undefined,
): Promise<Golden[]> {
  const pictures = entries.filter((name) => PICTURE.test(name));
  const stems = pictures.map(stemOf);
  const twice = stems.find((stem, index) => stems.indexOf(stem) !== index);
  if (twice !== undefined) throw new ConfigError(`Expected one picture named ${twice} in ${folder.shown}.`);
  const goldens: Golden[] = [];
  const used = new Set<unknown>();
  for (const picture of pictures) {
    const stem = stemOf(picture);
    const beside = (ending: string): string | undefined =>
      entries.includes(stem + ending) ? stem + ending : undefined;
    const [json, tensor, probabilities] = [beside('.json'), beside(TENSOR), beside(PROBABILITIES)];
    const given: Partial<GoldenConfig> = {
      ...(label !== undefined && { label }),
      ...(tensor !== undefined && { tensor }),
      ...(probabilities !== undefined && { probabilities }),
      ...(json !== undefined && (await readBeside(folder, json))),
    };
    for (const file of [json, given.tensor, given.probabilities]) used.add(file);
    goldens.push(await resolved(folder, picture, given));
  }
  requireUsed(folder, entries, used);
  return goldens;
}

/** What is mistyped would be passed over, and less be compared than was meant. */
function requireUsed({ shown }: Folder, entries: readonly string[], used: ReadonlySet<unknown>): void {
  const unused = entries.find((entry) => /\.(json|npy)$/.test(entry) && !used.has(entry));
  if (unused === undefined) return;
  throw new ConfigError(
    `Expected ${shown}/${unused} to belong to a picture, such as x.json, x.tensor.npy and x.probabilities.npy to x.jpg, but there is none of that name.`,
  );
}

async function readBeside(folder: Folder, name: string): Promise<Partial<GoldenConfig>> {
  const shown = `${folder.shown}/${name}`;
  const { path, root = path } = folder;
  const text = await readWholeFile(root, join(path, name), MAX_JSON_BYTES).catch(unreadable(shown));
  try {
    const { image, ...rest } = readGolden(parseJson(String(text)), '');
    if (image !== undefined) throw new ConfigError(`Expected no image: it is the picture beside it.`);
    return rest;
  } catch (error) {
    throw new ConfigError(`${shown}: ${(error as Error).message}`);
  }
}

/** Without the text that is no JSON, which Node's own sentence has. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError('Expected JSON but received text that is not.');
  }
}

async function resolved(
  folder: Folder,
  picture: string,
  { label, probabilities, tensor, tolerance }: Partial<GoldenConfig>,
): Promise<Golden> {
  const name = `${folder.shown}/${picture}`;
  if (label === undefined && probabilities === undefined && tensor === undefined)
    throw new ConfigError(
      `Expected a label, probabilities or a tensor for ${name}: in ${stemOf(picture)}.json beside it, or by a folder that is named by the label.`,
    );
  const path = (file: string): Promise<string> => inside(folder, file);
  return {
    name,
    picture: await path(picture),
    ...(label !== undefined && { label }),
    ...(probabilities !== undefined && {
      probabilities: typeof probabilities === 'string' ? await path(probabilities) : probabilities,
    }),
    ...(tensor !== undefined && { tensor: await path(tensor) }),
    tolerance: { ...DEFAULT_TOLERANCE, ...tolerance },
  };
}

/** The real path of a file in the folder; a link that leads out is not followed. */
async function inside({ path, root = path, shown }: Folder, file: string): Promise<string> {
  if (!isInside(path, join(path, file)))
    throw new ConfigError(`Expected a file inside ${shown} but received ${JSON.stringify(file)}.`);
  const real = await realpath(join(path, file)).catch(unreadable(`${shown}/${file}`));
  if (isInside(root, real)) return real;
  throw new ConfigError(sayOutside(`${shown}/${file}`));
}

/** A folder in another; `undefined` where there is none of that name. */
async function folderIn({ path, root = path, shown }: Folder, name: string): Promise<Folder | undefined> {
  const real = await realFolder(join(path, name));
  if (real === undefined) return undefined;
  if (isInside(root, real)) return { path: real, root, shown: `${shown}/${name}` };
  throw new ConfigError(sayOutside(`${shown}/${name}`));
}

/** But what is hidden. */
async function entriesOf({ path, shown }: Folder): Promise<readonly string[]> {
  const entries = await readdir(path).catch(unreadable(shown));
  return entries.filter((name) => !name.startsWith('.')).toSorted();
}

function unreadable(shown: string) {
  return (error: unknown): never => {
    if (error instanceof FileFault) throw new ConfigError(`${shown} ${error.message}.`);
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      code === 'ENOENT' ? `There is no ${shown}.` : `${shown} cannot be read (${code ?? 'unknown error'}).`,
    );
  };
}

function stemOf(picture: string): string {
  return picture.slice(0, -extname(picture).length);
}
