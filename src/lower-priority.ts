import { setPriority } from 'node:os';

/** How nice those are that work long, as `nice(1)` says it: whoever is less so goes before them where there are too few cores for all. */
export const NICENESS = { pictures: 5, engine: 10, json: 15, largePictures: 15 } as const;

/**
 * Has this thread, and those that it starts from now on, wait where others of this machine have something to do: on a machine whose cores are
 * all at work, requests are still taken and answered at once. On Linux alone; elsewhere it would be the whole process.
 */
export function lowerPriority(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, niceness);
  } catch {
    // A sandbox may forbid it. It goes on as it was.
  }
}
