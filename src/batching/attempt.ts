import type { NamedTensors } from '../engine/engine.js';
import { joinRows, splitRows } from '../engine/joined-rows.js';
import type { Tries } from '../engine/pool/second-tries.js';
import { release } from '../engine/release.js';
import type { Entry, Lane } from './lane.js';

export type RunEngine = (
  engineName: string,
  signature: string,
  inputs: NamedTensors,
  tries: Tries,
) => Promise<NamedTensors>;

/** What each request of a batch is given, or why none is given anything. */
export type Outcome =
  | { readonly shares: readonly NamedTensors[]; readonly error?: undefined }
  | { readonly shares?: undefined; readonly error: unknown };

interface Joined {
  readonly lane: Lane;
  readonly entries: readonly Entry[];
  readonly padTo: number;
}

/** Runs requests together. One by itself whose answer does not show what of it is padding is run once more without. */
export async function attempt(run: RunEngine, batch: Joined, only?: 'second'): Promise<Outcome> {
  const { lane, entries, padTo } = batch;
  try {
    const counts = entries.map(({ rows }) => rows);
    const joined = joinRows(
      entries.map(({ inputs }) => inputs),
      padTo,
    );
    const tries = lane.suspicions.triesOf(lane.signature, entries, only);
    const outputs = await run(lane.engineName, lane.signature, joined, tries);
    const isWhole = entries.length === 1 && counts[0]! >= padTo;
    if (!isWhole) release(joined, outputs); // Made here, and read to its end.
    return { shares: isWhole ? [outputs] : splitRows(outputs, counts, padTo) };
  } catch (error) {
    const { rows } = entries[0]!;
    const isPadded = entries.length === 1 && padTo > rows;
    return isPadded && error instanceof RangeError
      ? attempt(run, { ...batch, padTo: rows }, only)
      : { error };
  }
}
