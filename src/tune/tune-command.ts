import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readSettings, type Settings } from '../config/settings.js';
import { shareOut } from '../engine/pool/host-environments.js';
import { expectedError } from '../command/expected-error.js';
import type { Surroundings } from '../command/surroundings.js';
import { drawCurve } from './curve/draw-curve.js';
import { setVariable } from './edit-dotenv.js';
import { setMaxBatchSize } from './edit-model-yaml.js';
import { findModel, type ChosenModel } from '../command/find-model.js';
import { measureModel, ROUNDS } from './measure-model.js';
import { Progress } from './progress.js';
import { jsonOf, noiseWarning, tableOf, threadsAdvice, verdictOf } from './report.js';
import { CommandError } from '../command/command-error.js';
import { HELP, readOptions, type TuneOptions } from './tune-options.js';
import type { Tuning } from './tuning.js';
import { requireWritable, writeWhole } from '../command/write-file.js';

const THREADS = 'ENGINE_THREADS';
const DOTENV = '.env';

/**
 * `npm run tune`: measures a model on this machine, and writes what is best into its `model.yaml`.
 * @returns the exit code; an error that one could expect is one sentence, and 1
 */
export async function tuneCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const progress = new Progress(around.screen, ROUNDS);
  try {
    const options = readOptions(args);
    if (options) await tune(options, readSettings(around.env), progress, around);
    else around.answer(HELP);
    return 0;
  } catch (error) {
    progress.close();
    if (around.signal.aborted) {
      progress.note('Stopped: nothing was written.');
      return 130;
    }
    progress.note(expectedError(error, 'npm run tune', 'Nothing was measured.'));
    return 1;
  }
}

async function tune(
  options: TuneOptions,
  settings: Settings,
  progress: Progress,
  { answer, signal }: Surroundings,
): Promise<void> {
  const model = await findModel(settings, options.model, options.version);
  await requireEditable(model, options);
  const tuning = await measureModel(settings, model, options, progress, signal);
  progress.close();
  answer(`${tableOf(tuning)}\n`);
  // Nothing that was begun is left half done by a Ctrl-C that comes now.
  signal.throwIfAborted();
  const warning = noiseWarning(tuning);
  answer(`${verdictOf(tuning)}; ${await written(model, tuning, options, warning)}`);
  if (warning === undefined) await tellThreads(tuning, threadsNow(settings), options, answer);
  else progress.note(warning);
}

/** Writes what may be written. @returns what was, as the end of a sentence */
async function written(
  model: ChosenModel,
  tuning: Tuning,
  { isDryRun, isForced }: TuneOptions,
  warning: string | undefined,
): Promise<string> {
  if (isDryRun) return 'nothing was written (--dry-run).';
  if (warning !== undefined && !isForced)
    return 'nothing was written, since that may be chance (--force writes it).';
  return writeTuning(model, tuning);
}

/** Before anything is measured, since that takes minutes. */
async function requireEditable(
  { folder, shownFolder, configFile, config }: ChosenModel,
  options: TuneOptions,
): Promise<void> {
  if (options.isDryRun) return;
  const shown = `${shownFolder}/${configFile}`;
  if (config.batching?.allowedBatchSizes?.length) {
    throw new CommandError(
      `${shown} lists batching.allowedBatchSizes, whose largest is the largest batch: take the list out to have another chosen, or measure with --dry-run.`,
    );
  }
  setMaxBatchSize(await readText(join(folder, configFile)), 1, shown);
  await requireWritable(folder, shownFolder);
  if (options.writesEnv) setVariable(await readText(DOTENV), THREADS, '1');
}

/** @returns what was written, as the end of a sentence */
async function writeTuning(
  { folder, shownFolder, configFile }: ChosenModel,
  tuning: Tuning,
): Promise<string> {
  const shown = `${shownFolder}/${configFile}`;
  const size = tuning.choice.point.batchSize;
  const before = await readText(join(folder, configFile));
  const after = setMaxBatchSize(before, size, shown);
  await writeWhole(join(folder, 'tuning.svg'), `${drawCurve(tuning)}\n`, `${shownFolder}/tuning.svg`);
  await writeWhole(join(folder, 'tuning.json'), jsonOf(tuning), `${shownFolder}/tuning.json`);
  if (after !== before) await writeWhole(join(folder, configFile), after, shown);
  const verb = after === before ? 'already says' : 'now says';
  return `${shown} ${verb} batching.maxBatchSize: ${size}. The curve is in ${shownFolder}/tuning.svg, its numbers in tuning.json.`;
}

/** How many threads a run has now, where numbers of threads are compared. */
function threadsNow({ engineThreads }: Settings): number {
  return shareOut(availableParallelism(), { threads: engineThreads, streams: 0 }, false).threads;
}

async function tellThreads(
  tuning: Tuning,
  set: number,
  { writesEnv, isDryRun }: TuneOptions,
  answer: (line: string) => void,
): Promise<void> {
  const advice = threadsAdvice(tuning, set);
  if (advice === undefined) return;
  const { threads } = tuning.choice.point;
  const shared = 'All models share it: go by the one that matters most.';
  if (writesEnv && !isDryRun) {
    await writeWhole(DOTENV, setVariable(await readText(DOTENV), THREADS, String(threads)), DOTENV);
    answer(`${advice}; ${DOTENV} now says ${THREADS}=${threads}. ${shared}`);
  } else {
    answer(`${advice}: set ${THREADS}=${threads} in the server's environment or in ${DOTENV}. ${shared}`);
  }
}

/** Empty where there is no such file. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new CommandError(`${path} cannot be read (${code}).`);
  }
}
