const DELAYS_MS = [0, 200, 1_000, 3_000, 10_000];
const WINDOW_MS = 60_000;

/**
 * How long to wait before an engine host is started again: not at all after a first crash, longer the more of them
 * there were within the last minute, 10 s at most.
 * @param crashes when the host crashed, in ms, the crash just seen included
 */
export function restartDelayMs(crashes: readonly number[], now: number): number {
  const recent = crashes.filter((time) => now - time < WINDOW_MS).length;
  return DELAYS_MS[Math.min(Math.max(recent - 1, 0), DELAYS_MS.length - 1)] ?? 0;
}
