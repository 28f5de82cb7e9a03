import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { nearestName } from '../config/nearest-name.js';

/** What people call the file of their classes. */
const LABELS_NAME = /^(labels?|class(es)?(_?(names?|labels?|indices))?|imagenet_class_index)\.(json|txt)$/i;
const LABEL_FILE = /\.(json|txt)$/i;
/** More are not named. */
const MOST = 5;

/**
 * Of a model without a label file, those that lie nearby under another name, as sentences after a first one; empty where there are none.
 * @param place the version's folder, and how it is shown
 */
export async function nearbyLabels(
  model: string,
  { labelsDir, modelsDir }: Pick<Settings, 'labelsDir' | 'modelsDir'>,
  place: { readonly directory: string; readonly shown: string } | undefined,
): Promise<string> {
  return `${await inLabels(model, labelsDir, modelsDir)}${place ? await besideModel(model, place) : ''}`;
}

/** Those of other models are left out: they are theirs. */
async function inLabels(model: string, labelsDir: string, modelsDir: string): Promise<string> {
  const all = await filesIn(labelsDir, LABEL_FILE);
  const files = all.filter((file) => !existsSync(join(modelsDir, file.replace(LABEL_FILE, ''))));
  if (files.length === 0) return '';
  const stems = files.map((file) => file.replace(LABEL_FILE, ''));
  const nearest = nearestName(model, stems);
  const meant = files[nearest === undefined ? 0 : stems.indexOf(nearest)]!;
  const shown =
    files.length > MOST
      ? `${files.slice(0, MOST).join(', ')} and ${files.length - MOST} more`
      : files.join(', ');
  return ` In ${basename(labelsDir)} there is ${shown}: "labels: ${meant}" in model.yaml takes that one.`;
}

async function besideModel(
  model: string,
  { directory, shown }: { readonly directory: string; readonly shown: string },
): Promise<string> {
  const own = (await filesIn(directory, LABELS_NAME)).map((file) => `${shown}/${file}`);
  const isVersion = /^\d+$/.test(basename(directory));
  const above = isVersion ? await filesIn(dirname(directory), LABELS_NAME) : [];
  const [found] = [...own, ...above.map((file) => `${dirname(shown)}/${file}`)];
  if (found === undefined) return '';
  return ` ${found} is not looked at: if it has the labels, put it into the labels folder as ${model}.json.`;
}

async function filesIn(directory: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}
