import type { InputSpec } from '../../engine/tensor.js';
import { ServingError } from '../../errors/serving-error.js';
import type { PreprocessingConfig } from '../../preprocessing/preprocessing-config.js';
import type { Candidate } from './candidates.js';

/** How far a candidate is from what is expected; the smaller the better. */
export type Judge = (candidate: Candidate) => Promise<number>;

/** Variations of a preprocessing in one respect. */
export type Way = (config: PreprocessingConfig, spec: InputSpec) => readonly Candidate[];

/** A search takes no longer, in ms: somebody waits for the version. */
const PATIENCE_MS = 20_000;

/** Another counts as better when it is that much nearer: less may be chance. */
const CLEARLY = 0.98;

/** Goes one way after the other, each from the best that was found before. */
export async function nearest(
  start: Candidate,
  spec: InputSpec,
  ways: readonly Way[],
  judge: Judge,
): Promise<Candidate> {
  const deadline = performance.now() + PATIENCE_MS;
  let best = { candidate: start, off: await judged(judge, start) };
  for (const way of ways) {
    for (const candidate of way(best.candidate.config, spec)) {
      if (best.off === 0 || performance.now() > deadline) return best.candidate;
      const off = await judged(judge, candidate);
      if (off < best.off * CLEARLY) best = { candidate, off };
    }
  }
  return best.candidate;
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
