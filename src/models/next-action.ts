import type { ServableState } from './servable.js';

/** What the decision needs to know of a version in one of its generations. */
export interface Candidate {
  readonly version: number;
  readonly generation: number;
  readonly state: ServableState;
  /** Shall be served. */
  readonly aspired: boolean;
  /** A request may be given to it. */
  readonly isServing: boolean;
  /** Is to be loaded if it is not; false of one that rests until it is asked for. */
  readonly wanted: boolean;
}

export interface Action<T> {
  readonly kind: 'load' | 'unload';
  readonly of: T;
}

/**
 * What to do next with the versions of one model, one thing at a time: TensorFlow Serving's availability-preserving policy
 * (`core/availability_preserving_policy.cc`). A version leaves only when one that shall be served is serving, and the highest new version
 * comes first. A version that is served anew, because its files changed, keeps its old generation until the new one serves.
 */
export function nextAction<T extends Candidate>(servables: readonly T[]): Action<T> | undefined {
  const leaving = servables.filter(
    ({ aspired, state }) => !aspired && state !== 'END' && state !== 'UNLOADING',
  );
  const unload = leaving.filter((one) => mayLeave(one, servables)).toSorted(ascending)[0];
  if (unload) return { kind: 'unload', of: unload };
  const load = servables
    .filter(({ aspired, state, wanted }) => aspired && state === 'START' && wanted)
    .toSorted(ascending)
    .at(-1);
  return load && { kind: 'load', of: load };
}

function mayLeave(one: Candidate, servables: readonly Candidate[]): boolean {
  if (one.state === 'LOADING') return false; // What is begun is finished first.
  if (!one.isServing) return true;
  const successor = servables.find(({ version, aspired }) => aspired && version === one.version);
  if (successor) return successor.isServing;
  const aspired = servables.filter((other) => other.aspired);
  const others = servables.filter(
    (other) => other !== one && other.isServing && !hasSuccessor(other, servables),
  );
  return (
    aspired.length === 0 ||
    aspired.some(({ isServing }) => isServing) ||
    others.some((other) => !other.aspired)
  );
}

function hasSuccessor({ version, aspired }: Candidate, servables: readonly Candidate[]): boolean {
  return !aspired && servables.some((other) => other.aspired && other.version === version);
}

function ascending(a: Candidate, b: Candidate): number {
  return a.version - b.version || a.generation - b.generation;
}
