import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A live owner touches its directory this often; one untouched for `STALE_MS` has no owner any more. */
const HEARTBEAT_MS = 10_000;
const STALE_MS = 120_000;

/** The name of a directory that is still being made: `<target>.partial-<time>-<process>-<machine>`. */
export interface Partial {
  readonly name: string;
  readonly startedAt: number;
  readonly process: number;
  readonly machine: string;
}

export function parsePartial(name: string): (Partial & { target: string }) | undefined {
  const match = /^(.+)\.partial-(\d+)-(\d+)-(.+)$/.exec(name);
  if (match === null) return undefined;
  const [, target = '', startedAt, process, machine = ''] = match;
  return { name, target, startedAt: Number(startedAt), process: Number(process), machine };
}

/**
 * Is a partial directory abandoned? Yes when its process is known to be gone, or when nobody touched it for two minutes
 * (a process of another machine or container that shares the cache, or a number that a new process got).
 */
export function isAbandoned(
  partial: Partial,
  here: string,
  isRunning: boolean,
  untouchedMs: number,
): boolean {
  return (partial.machine === here && !isRunning) || untouchedMs > STALE_MS;
}

/**
 * Makes the directory `target` once, whole or not at all: `make` fills a sibling, which is renamed at the end. Whatever
 * ends the process before that leaves only the sibling, and the next run removes it. When two runs meet, the younger waits
 * for the elder (`onWait` is told its process number); were they to miss each other, the first rename wins and both are right.
 */
export async function makeOnce(
  target: string,
  isDone: () => Promise<boolean>,
  make: (staging: string) => Promise<void>,
  { signal, onWait }: { signal: AbortSignal; onWait: (process: number) => void },
): Promise<void> {
  const name = `${basename(target)}.partial-${Date.now()}-${process.pid}-${hostname()}`;
  const staging = join(dirname(target), name);
  await mkdir(staging, { recursive: true });
  const heartbeat = setInterval(
    () => void utimes(staging, new Date(), new Date()).catch(() => undefined),
    HEARTBEAT_MS,
  );
  try {
    await waitForElders(target, name, signal, onWait);
    if (await isDone()) return;
    await make(staging);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target).catch(async (error: unknown) => {
      if (!(await isDone())) throw error;
    });
  } finally {
    clearInterval(heartbeat);
    await rm(staging, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function waitForElders(
  target: string,
  own: string,
  signal: AbortSignal,
  onWait: (process: number) => void,
): Promise<void> {
  for (let told = false; ; told = true) {
    const elders = (await clearAbandoned(dirname(target))).filter(
      (one) => one.target === basename(target) && one.name < own,
    );
    const eldest = elders[0];
    if (eldest === undefined) return;
    if (!told) onWait(eldest.process);
    await sleep(1000, undefined, { signal });
  }
}

/** Removes what abandoned runs left in `directory`, and gives back what live ones are making there, the eldest first. */
export async function clearAbandoned(directory: string): Promise<readonly (Partial & { target: string })[]> {
  const live = [];
  for (const name of (await readdir(directory)).toSorted()) {
    const partial = parsePartial(name);
    if (partial === undefined) continue;
    const touched = await stat(join(directory, name)).catch(() => undefined);
    if (touched === undefined) continue;
    if (isAbandoned(partial, hostname(), isAlive(partial.process), Date.now() - touched.mtimeMs)) {
      await rm(join(directory, name), { recursive: true, force: true });
    } else {
      live.push(partial);
    }
  }
  return live;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
