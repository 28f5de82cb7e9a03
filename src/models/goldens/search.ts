import type { InputSpec } from '../../engine/tensor.js';
import { ServingError } from '../../errors/serving-error.js';
import type { PreprocessingConfig } from '../../preprocessing/preprocessing-config.js';
import type { Candidate } from './candidates.js';

/** How far a candidate is from what is expected; the smaller the better. */
export type Judge = (candidate: Candidate) => Promise<number>;

/** Variations of a preprocessing in one respect. */
export type Way = (config: PreprocessingConfig, spec: InputSpec) => readonly Candidate[];

/** What was tried, for who would know why nothing was found. */
export interface Search {
  /** How many preprocessings, the one that is configured left out. */
  readonly tried: number;
  /** How many of them could make nothing of the picture. */
  readonly unread: number;
  /** Whether it was ended before all were tried. */
  readonly isCut: boolean;
  /** Why a golden could not be held against the model with the nearest, as a sentence. */
  readonly fault?: string;
}

/** A search takes no longer, in s: somebody waits for the version. */
export const PATIENCE_S = 20;

/** Another counts as better when it is that much nearer: less may be chance. */
const CLEARLY = 0.98;

/** Goes one way after the other, each from the best that was found before. */
export async function nearest(
  start: Candidate,
  spec: InputSpec,
  ways: readonly Way[],
  judge: Judge,
): Promise<{ readonly best: Candidate; readonly search: Search }> {
  const deadline = performance.now() + PATIENCE_S * 1000;
  const seen = new Set([JSON.stringify(start.plan)]);
  let unread = 0;
  let best = { candidate: start, off: await judged(judge, start) };
  const end = (isCut: boolean) => ({ best: best.candidate, search: { tried: seen.size - 1, unread, isCut } });
  for (const way of ways) {
    for (const candidate of way(best.candidate.config, spec)) {
      const plan = JSON.stringify(candidate.plan);
      if (seen.has(plan)) continue;
      if (best.off === 0) return end(false);
      if (performance.now() > deadline) return end(true);
      seen.add(plan);
      const off = await judged(judge, candidate);
      if (off === Infinity) unread += 1;
      if (off < best.off * CLEARLY) best = { candidate, off };
    }
  }
  return end(false);
}

/** A picture of which a candidate makes nothing was not prepared by it. */
async function judged(judge: Judge, candidate: Candidate): Promise<number> {
  try {
    return await judge(candidate);
  } catch (error) {
    if (error instanceof ServingError) return Infinity;
    throw error;
  }
}
