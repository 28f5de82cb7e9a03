import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { type ChosenModel, findModel } from '../command/find-model.js';
import { CommandError } from '../command/command-error.js';
import { expectedError } from '../command/expected-error.js';
import type { Surroundings } from '../command/surroundings.js';
import { writeWhole } from '../command/write-file.js';
import { readSettings, type Settings } from '../config/settings.js';
import { startDisposable } from '../engine/host/disposable-engine.js';
import { shareOut, variablesOf } from '../engine/pool/host-environments.js';
import { LabelsService } from '../labels/labels.service.js';
import { goldensIn, goldensOf } from '../models/goldens/find-goldens.js';
import type { Golden } from '../models/goldens/golden.js';
import { proveGoldens } from '../models/goldens/prove.js';
import { adviceSentences } from '../models/goldens/sentences.js';
import { pictureInputOf, type Subject } from '../models/goldens/subject.js';
import { assumptionsOf } from '../models/assumptions.js';
import { findLabels, labelsAtHand, labelsOf } from '../models/labels-of.js';
import { loadOptionsOf } from '../models/load-options.js';
import { planModel } from '../models/model-plan.js';
import { planAsSeen } from '../models/plan-as-seen.js';
import { warmUpInputs } from '../models/warm-up/warm-up.js';
import { workHere } from '../preprocessing/picture-work.js';
import { PreprocessingService } from '../preprocessing/preprocessing.service.js';
import { drawPage } from './page/draw-page.js';
import { HELP, type ParityOptions, readOptions } from './parity-options.js';
import { headOf, rowOf, summaryOf, verdictOf } from './table.js';

const MODEL = 'compared';

/**
 * `npm run parity`: holds a model against goldens, and writes what came out as a page.
 * @returns the exit code: 1 if something came out wrong, or with one sentence on an error that one could expect
 */
export async function parityCommand(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = readOptions(args);
    if (options) return await compare(options, readSettings(around.env), around);
    around.answer(HELP);
    return 0;
  } catch (error) {
    if (around.signal.aborted) {
      around.screen.write('Stopped: no page was written.\n');
      return 130;
    }
    around.screen.write(`${expectedError(error, 'npm run parity', 'Nothing was compared.')}\n`);
    return 1;
  }
}

async function compare(
  options: ParityOptions,
  settings: Settings,
  { answer, screen, signal }: Surroundings,
): Promise<number> {
  const model = await findModel(settings, options.model, options.version);
  const goldens = await chooseGoldens(options, model);
  screen.write(`Loading ${model.name}/${model.version} …\n`);
  return withSubject(settings, model, signal, async (subject) => {
    const { preprocessing } = pictureInputOf(subject);
    answer(summaryOf(model, goldens, preprocessing));
    answer(headOf(goldens));
    const proof = await proveGoldens(goldens, subject, (outcome) => {
      signal.throwIfAborted();
      answer(rowOf(outcome, goldens));
    });
    answer(`\n${verdictOf(proof)}`);
    const advice = adviceSentences(proof, preprocessing);
    if (advice !== '') answer(advice);
    signal.throwIfAborted();
    await writeWhole(resolve(options.page), await drawPage(model, proof, subject), options.page);
    answer(`The pictures are in ${options.page}.`);
    return proof.outcomes.every(({ isRight }) => isRight) ? 0 : 1;
  });
}

async function chooseGoldens(
  { golden }: ParityOptions,
  { name, version, directory, root, folder, config }: ChosenModel,
): Promise<readonly Golden[]> {
  if (golden !== undefined) {
    const path = await realpath(golden).catch(() => {
      throw new CommandError(`There is no folder ${golden}.`);
    });
    return goldensIn({ path, root: path, shown: basename(path) });
  }
  const shown = `models/${name}`;
  const goldens = await goldensOf(
    { path: folder, root, shown },
    { path: directory, root, shown: `${shown}/${version}` },
    config.goldens ?? [],
  );
  if (goldens.length > 0) return goldens;
  throw new CommandError(`${name} has no goldens: name a folder of them by --golden.`);
}

/** The model, in a process of its own and loaded as the server loads it, for as long as `work` takes. */
async function withSubject<T>(
  settings: Settings,
  { name, directory, root, folder, config: given }: ChosenModel,
  signal: AbortSignal,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const shares = shareOut(availableParallelism(), { threads: settings.engineThreads, streams: 1 }, false);
  const { engine, settled } = startDisposable({
    runtime: settings.engine,
    settings,
    environment: variablesOf(shares),
  });
  const leave = (): void => void engine.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    await engine.info();
    settled();
    const loaded = await engine.load(MODEL, directory, loadOptionsOf(given, settings, root));
    const found = { directory, modelDirectory: folder, root };
    const service = new LabelsService(settings);
    const { config, labels: beside } = await assumptionsOf(found, name, given, loaded, service);
    const labelFile = await findLabels(beside, name, config);
    const planned = planModel(config, loaded, labelsAtHand(labelFile));
    const inputs = await warmUpInputs(planned);
    const outputs = inputs && (await engine.run(MODEL, planned.signatureName, inputs));
    const plan = planAsSeen(config, loaded, labelsAtHand(labelFile), planned, outputs);
    const labels = labelsOf(labelFile, name, plan);
    const pictures = new PreprocessingService(settings, workHere);
    return await work({
      plan,
      labels,
      preprocessing: config.preprocessing ?? {},
      run: (signature, fed) => engine.run(MODEL, signature, fed),
      toPixels: async (picture, preprocessing, maxPixels) => {
        const call = { signal, deadline: Infinity, caller: 'parity', priority: 'normal' } as const;
        return (await pictures.toPixels(picture, preprocessing, call, maxPixels)).tensor;
      },
    });
  } finally {
    signal.removeEventListener('abort', leave);
    await engine.close();
  }
}
