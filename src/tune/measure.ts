import { EngineError } from '../engine/engine.js';
import { threadsText } from './format.js';
import { medianOf, type Point } from './point.js';
import type { Subject } from './subject.js';

export interface MeasurePlan {
  /** In ascending order. */
  readonly batchSizes: readonly number[];
  readonly rounds: number;
  /** How long one number is measured in one round; a run that has begun is finished. */
  readonly sliceMs: number;
  /** No batch size is tried that is expected to take longer. */
  readonly longestBatchMs: number;
  readonly signal: AbortSignal;
  /** In ms, never backwards. */
  readonly now: () => number;
  readonly availableBytes: () => number;
  /** Told before each slice. */
  readonly onSlice: (slice: Slice) => void;
  /** Told why a size was left out, as a sentence. */
  readonly onNote: (sentence: string) => void;
}

export interface Slice {
  /** From 1; 0 while it is found out how far the batch sizes go. */
  readonly round: number;
  readonly threads: number;
  readonly batchSize: number;
  readonly leftMs: number;
}

/** A size this far below the best, twice in a row, is past it. */
const PAST_THE_BEST = 0.9;

interface Measured {
  readonly subject: Subject;
  readonly batchSize: number;
  /** Of one run, as it was when the size was first tried. */
  readonly firstMs: number;
  readonly rates: number[];
  readonly runsMs: number[];
}

/**
 * Measures every subject with every batch size that makes sense for it, in rounds in which all take turns, so that whatever else the
 * machine does meets all alike.
 * @throws what `signal` aborts with; the EngineError of a subject that cannot run one row
 */
export async function measure(subjects: readonly Subject[], plan: MeasurePlan): Promise<Point[]> {
  let measured: Measured[] = [];
  for (const [index, subject] of subjects.entries()) {
    measured.push(...(await climb(subject, plan, subjects.length - index)));
  }
  for (let round = 1; round <= plan.rounds; round++) {
    // There and back, so that no size always comes after the same other.
    measured = await measureRound(measured.toReversed(), round, plan);
  }
  return measured
    .map(({ subject: { threads }, batchSize, rates, runsMs }) => ({
      threads,
      batchSize,
      rates,
      msPerBatch: medianOf(runsMs),
    }))
    .toSorted((a, b) => a.threads - b.threads || a.batchSize - b.batchSize);
}

/** @returns those of `all` that did not fail */
async function measureRound(all: readonly Measured[], round: number, plan: MeasurePlan): Promise<Measured[]> {
  const kept: Measured[] = [];
  const roundMs = timeOf(all, plan);
  for (const [index, one] of all.entries()) {
    const { subject, batchSize } = one;
    const leftMs = timeOf(all.slice(index), plan) + (plan.rounds - round) * roundMs;
    plan.onSlice({ round, threads: subject.threads, batchSize, leftMs });
    const slice = await attempt(subject, batchSize, plan, async () => {
      await subject.prepare(batchSize);
      return runFor(subject, batchSize, plan.sliceMs, plan);
    });
    if (!slice) continue;
    one.rates.push(slice.rate);
    one.runsMs.push(...slice.runsMs);
    kept.push(one);
  }
  return kept;
}

function timeOf(all: readonly Measured[], { sliceMs }: MeasurePlan): number {
  return all.reduce((sum, { firstMs }) => sum + Math.max(sliceMs, firstMs), 0);
}

/** The batch sizes that make sense for a subject, each run once before and then for half a slice. */
async function climb(subject: Subject, plan: MeasurePlan, subjectsLeft: number): Promise<Measured[]> {
  const climbed: Measured[] = [];
  let best = 0;
  let past = 0;
  for (const [index, batchSize] of plan.batchSizes.entries()) {
    plan.onSlice({
      round: 0,
      threads: subject.threads,
      batchSize,
      leftMs: roughlyLeft(plan, subjectsLeft, index),
    });
    const before = await subject.residentBytes();
    const slice = await attempt(subject, batchSize, plan, async () => {
      await subject.prepare(batchSize);
      await runFor(subject, batchSize, 0, plan);
      return runFor(subject, batchSize, plan.sliceMs / 2, plan, 3);
    });
    if (!slice) break;
    const firstMs = medianOf(slice.runsMs);
    climbed.push({ subject, batchSize, firstMs, rates: [], runsMs: [] });
    // By its quickest run, which is the least disturbed one.
    const rate = batchSize / Math.min(...slice.runsMs);
    past = rate < best * PAST_THE_BEST ? past + 1 : 0;
    best = Math.max(best, rate);
    if (past === 2) break;
    const grownBytes = ((await subject.residentBytes()) ?? 0) - (before ?? 0);
    const next = plan.batchSizes[index + 1];
    const reason = next === undefined ? undefined : tooMuch(firstMs, grownBytes, plan);
    if (reason === undefined) continue;
    plan.onNote(
      `${next} at a time ${reason}; larger batches were left out for ${threadsText(subject.threads)}.`,
    );
    break;
  }
  return climbed;
}

/** Why a batch of twice the size is not tried. */
function tooMuch(batchMs: number, grownBytes: number, plan: MeasurePlan): string | undefined {
  if (2 * batchMs > plan.longestBatchMs)
    return `would take about ${Math.round((2 * batchMs) / 100) / 10} s, too long beside REQUEST_TIMEOUT_MS`;
  if (2 * grownBytes > plan.availableBytes()) return 'might take more memory than there is';
  return undefined;
}

function roughlyLeft(
  { batchSizes, sliceMs, rounds }: MeasurePlan,
  subjectsLeft: number,
  done: number,
): number {
  const slices = subjectsLeft * batchSizes.length - done;
  return slices * sliceMs * (0.5 + rounds);
}

interface MeasuredSlice {
  /** Rows per second. */
  readonly rate: number;
  readonly runsMs: readonly number[];
}

/** As many whole runs as begin within `ms`, but at least so many. */
async function runFor(
  subject: Subject,
  batchSize: number,
  ms: number,
  { now, signal }: MeasurePlan,
  atLeast = 1,
): Promise<MeasuredSlice> {
  const runsMs: number[] = [];
  const begun = now();
  let last = begun;
  do {
    signal.throwIfAborted();
    await subject.run(batchSize);
    const ended = now();
    runsMs.push(ended - last);
    last = ended;
  } while (last - begun < ms || runsMs.length < atLeast);
  return { rate: (1000 * subject.streams * batchSize * runsMs.length) / (last - begun), runsMs };
}

/** `undefined` where a batch larger than one failed, of which a note is made; the subject can be used again then. */
async function attempt<T>(
  subject: Subject,
  batchSize: number,
  { signal, onNote }: MeasurePlan,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineError) || batchSize === 1) throw error;
    onNote(
      `${batchSize} at a time failed with ${threadsText(subject.threads)} and was left out. ${error.message}`,
    );
    if (error.kind === 'crashed') await subject.restart();
    return undefined;
  }
}
