import { readdir } from 'node:fs/promises';
import { foreignFile } from '../../engine/foreign-files.js';
import { isKerasFile, SAVED_MODEL } from '../../engine/model-files.js';

/** Models that lie where none is looked for: what each is, and where it belongs. */

/** What nobody puts among models for another reason than to have it served. */
const LIKELY = /\.(tflite|onnx|pb|pt|pth)$/i;

/**
 * Of a file directly in the folder of models, as a sentence; `undefined` if it is no model.
 * @param shown the folder as its user knows it
 */
export function strayFault(file: string, shown: string): string | undefined {
  const [stem = ''] = file.split('.');
  if (isKerasFile(file))
    return `${file} lies directly in ${shown}: move it to ${shown}/${stem}/1/${file}, and the model is called ${stem}.`;
  if (file === SAVED_MODEL)
    return `${file} lies directly in ${shown}: move it, with its folder variables, to ${shown}/<name>/1.`;
  const foreign = LIKELY.test(file) ? foreignFile([file]) : undefined;
  return foreign && `${foreign} A model's files lie in ${shown}/<name>/1.`;
}

/** Why a model's folder has nothing to serve, as a sentence. */
export async function noVersionFault(directory: string, shown: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const none = `There is no version in ${shown}`;
  const keras = files.find(isKerasFile);
  if (files.includes(SAVED_MODEL))
    return `${none}, but ${SAVED_MODEL}: move it, with its folder variables, to ${shown}/1.`;
  if (keras !== undefined)
    return `${none}, but ${keras}: move it, with the labels.txt beside it if there is one, to ${shown}/1.`;
  for (const folder of entries.filter((entry) => entry.isDirectory())) {
    const inside = await readdir(`${directory}/${folder.name}`).catch(() => []);
    if (inside.some((name) => name === SAVED_MODEL || isKerasFile(name)))
      return `${none}, but ${folder.name}: a version's folder is named by a whole number, such as ${shown}/1.`;
  }
  const foreign = foreignFile(files);
  if (foreign !== undefined) return `${none}. ${foreign}`;
  return `${none}: put a SavedModel, or a Keras file, into ${shown}/1.`;
}
