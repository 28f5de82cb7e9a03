import { availableParallelism, cpus } from 'node:os';
import type { Settings } from '../config/settings.js';
import type { NamedTensors } from '../engine/engine.js';
import { gpusFor } from '../engine/pool/find-gpus.js';
import { shareOut } from '../engine/pool/host-environments.js';
import type { ModelPlan } from '../models/model-plan.js';
import { VERSION } from '../version.js';
import { choose } from './choose.js';
import { type BatchMaker, EngineSubject } from './engine-subject.js';
import type { ChosenModel } from '../command/find-model.js';
import { threadsText } from './format.js';
import { madeUpBatch, rowNoun, takesAnySize } from './made-up-batch.js';
import { measure } from './measure.js';
import type { Progress } from './progress.js';
import { threadCounts } from './thread-counts.js';
import { CommandError } from '../command/command-error.js';
import type { TuneOptions } from './tune-options.js';
import type { Tuning } from './tuning.js';

export const ROUNDS = 5;
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];

/**
 * Measures a model with each number of threads, each in a process of its own.
 * @throws CommandError, ConfigError or EngineError with one sentence for the user; the signal's reason
 */
export async function measureModel(
  settings: Settings,
  model: ChosenModel,
  { latencyMs, sliceMs, side }: Pick<TuneOptions, 'latencyMs' | 'sliceMs' | 'side'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Tuning> {
  const subjects: EngineSubject[] = [];
  try {
    await startAll(settings, model, side, subjects, progress, signal);
    const [first] = subjects as [EngineSubject];
    const points = await measure(
      subjects.toSorted((a, b) => a.threads - b.threads),
      {
        batchSizes: BATCH_SIZES,
        rounds: ROUNDS,
        sliceMs,
        longestBatchMs: settings.requestTimeoutMs / 4,
        signal,
        now: () => performance.now(),
        availableBytes: () => process.availableMemory(),
        onSlice: (slice) => progress.show(slice),
        onNote: (sentence) => progress.note(sentence),
      },
    );
    const choice = choose(points, latencyMs);
    if (!choice) throw new CommandError(`Nothing of ${model.name} could be measured.`);
    return {
      model: model.name,
      version: model.version,
      measuredAt: new Date(),
      machine: {
        processor: cpus()[0]?.model ?? 'unknown processor',
        cores: availableParallelism(),
        device: first.device,
      },
      software: {
        engine: `${first.info.runtime} ${first.info.version}`,
        node: process.versions.node,
        tensornest: VERSION,
      },
      rounds: ROUNDS,
      sliceMs,
      latencyMs,
      rows: rowNoun(first.plan),
      side: takesAnySize(first.plan) ? side : undefined,
      points,
      choice,
    };
  } finally {
    await Promise.all(subjects.map((subject) => subject.close()));
  }
}

/** Adds one subject for each number of threads, that which is set first, so that they can take turns. */
async function startAll(
  settings: Settings,
  model: ChosenModel,
  side: number,
  subjects: EngineSubject[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const batchOf = batchMaker(side);
  const isOnGpu = (await gpusFor(settings.engine)).length > 0;
  const cores = availableParallelism();
  const start = async (wanted: number): Promise<EngineSubject> => {
    const shares = shareOut(cores, { threads: wanted, streams: settings.engineStreams }, isOnGpu);
    progress.begin(`Loading ${model.name}/${model.version} with ${threadsText(shares.threads)}`);
    const subject = await EngineSubject.start(settings, model, shares, batchOf, signal);
    subjects.push(subject);
    return subject;
  };
  const first = await start(settings.engineThreads);
  await first.prepare(1); // Refuses what cannot be measured.
  if (first.info.note !== undefined) progress.note(first.info.note.text);
  // On a GPU, and in WebAssembly, which has one thread, there is nothing to compare.
  if (first.info.runtime !== 'tensorflow' || !first.device.startsWith('cpu')) return;
  for (const threads of threadCounts(cores, first.threads).toReversed()) {
    if (threads === first.threads) continue;
    const bytes = (await first.residentBytes()) ?? 0;
    if (process.availableMemory() < 2 * bytes) {
      progress.note(
        `There is not enough memory to hold the model once more, so ${threadsText(threads)} was left out.`,
      );
    } else await start(threads);
  }
}

/** Each size is made up once for all. */
function batchMaker(side: number): BatchMaker {
  const made = new Map<number, Promise<NamedTensors>>();
  return (plan: ModelPlan, batchSize: number) => {
    const batch = made.get(batchSize) ?? madeUpBatch(plan, batchSize, side);
    made.set(batchSize, batch);
    return batch;
  };
}
