import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Buffers that were collected are given back by a thread of V8's, shortly after. */
const SWEEP_MS = 10;

/**
 * What this process takes of the machine's memory, in bytes, its garbage not counted: the files read for a model leave megabytes that
 * Node would collect some time later. Takes about 10 ms of the event loop where Node was started with `--expose-gc`.
 */
export async function residentBytes(): Promise<number> {
  if (globalThis.gc) {
    globalThis.gc();
    await sleep(SWEEP_MS);
  }
  return process.memoryUsage.rss();
}

/** What another process takes, garbage included, without asking it; `undefined` where there is no `/proc`. */
export async function residentBytesOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
