import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LoadedModel } from '../engine/engine.js';
import { openFile, readRange } from '../files/open-file.js';
import { findModelFile, type ModelFile } from '../engine/model-files.js';
import { type LabelsService, LABELS_BESIDE } from '../labels/labels.service.js';
import type { ModelConfig } from './model-config.js';
import type { Note } from './notes.js';
import type { FoundVersion } from './source/find-versions.js';
import { configFileOf } from './source/model-config-file.js';

/** A version as it is served with what its folder tells beside the model. */
export interface Assumptions {
  /** What `model.yaml` says and, where it says nothing, what is assumed. */
  readonly config: Partial<ModelConfig>;
  /** That also finds the labels beside the model. */
  readonly labels: LabelsService;
  readonly notes: readonly Note[];
}

/** What Teachable Machine calls the Keras file that it exports. */
const TEACHABLE_MACHINE = /^keras_model\.h5$/i;
/** `model.yaml`, and what it is called by mistake. */
const CONFIG = /^models?\.ya?ml$/i;

/** Of the labels that it puts beside it. */
const FIRST_LABEL = /^\uFEFF?0 /;
const BEGINNING_BYTES = 8;

/** How the program that Teachable Machine shows beside its export treats a picture. */
const AS_TEACHABLE_MACHINE = { scale: 'tf', resize: 'fit', resampling: 'lanczos' } as const;

/** What is assumed of a version because of the files in its folder; each assumption is told. */
export async function assumptionsOf(
  { directory, modelDirectory, root }: Pick<FoundVersion, 'directory' | 'modelDirectory' | 'root'>,
  name: string,
  config: Partial<ModelConfig>,
  loaded: LoadedModel,
  service: LabelsService,
): Promise<Assumptions> {
  if (config.engine === 'upstream') return { config, labels: service, notes: [] };
  const shown = `${basename(modelDirectory)}/${basename(directory)}`;
  const labels = service.beside({ directory, root, shown });
  const model = await findModelFile(directory);
  const notes = [...unusedNotes(model), ...(await strayConfigNotes(directory, modelDirectory))];
  const own = config.labels === undefined && !(await service.has(name)) && (await labels.has(name));
  if (own) notes.push(labelsNote(`${shown}/${LABELS_BESIDE}`));
  const { preprocessing = {} } = config;
  const isKnown = preprocessing.scale !== undefined || isScaleTold(loaded);
  if (isKnown || model.kind !== 'keras' || !(await isOfTeachableMachine(directory, root, model.file)))
    return { config, labels, notes };
  notes.push(teachableMachineNote(model.file));
  return {
    config: { ...config, preprocessing: { ...AS_TEACHABLE_MACHINE, ...preprocessing } },
    labels,
    notes,
  };
}

async function isOfTeachableMachine(directory: string, root: string, file: string): Promise<boolean> {
  return (
    TEACHABLE_MACHINE.test(file) && FIRST_LABEL.test(await beginningOf(root, join(directory, LABELS_BESIDE)))
  );
}

/** Of a text; empty where it cannot be read, which is told by who reads it whole. */
async function beginningOf(root: string, path: string): Promise<string> {
  const opened = await openFile(root, path, Infinity).catch(() => null);
  if (!opened) return '';
  try {
    return (await readRange(opened, 0, Math.min(opened.size, BEGINNING_BYTES))).toString();
  } finally {
    await opened.handle.close();
  }
}

/** Whether the graph itself tells what pixels it takes. */
function isScaleTold({ signatures }: LoadedModel): boolean {
  return Object.values(signatures).some(({ inputs }) => inputs.some(({ takes }) => takes !== undefined));
}

function teachableMachineNote(file: string): Note {
  return {
    level: 'log',
    text:
      `${file} beside ${LABELS_BESIDE} is taken for Teachable Machine's export: pictures are fitted as ImageOps.fit does with lanczos, ` +
      'its pixels from -1 to 1. If it is another model, say preprocessing.scale in model.yaml.',
  };
}

function labelsNote(file: string): Note {
  return {
    level: 'log',
    text: `its labels are those of ${file}; a file in the labels folder, or labels in model.yaml, would go before it.`,
  };
}

function unusedNotes(model: ModelFile): Note[] {
  if (model.kind === 'none' || model.unused.length === 0) return [];
  return [
    {
      level: 'warn',
      text: `${model.file} is served, and ${model.unused.join(', ')} beside it is not used; take away what is not wanted.`,
    },
  ];
}

async function configsIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => CONFIG.test(name));
}

/** What looks like a model's configuration and is not read, in the version's folder or the model's. */
async function strayConfigNotes(directory: string, modelDirectory: string): Promise<Note[]> {
  const read = await configFileOf(modelDirectory);
  const folder = basename(modelDirectory);
  const beside = (await configsIn(modelDirectory)).filter((name) => name !== read);
  const within = directory === modelDirectory ? [] : await configsIn(directory);
  const stray = [
    ...beside.map((name) => `${folder}/${name}`),
    ...within.map((name) => `${folder}/${basename(directory)}/${name}`),
  ];
  return stray.map((file) => ({
    level: 'warn',
    text: `${file} is not read: what the model is told lies in ${folder}/${read}.`,
  }));
}
