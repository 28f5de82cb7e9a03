const DELAYS_MS = [1_000, 5_000, 15_000, 60_000];

/** How long to wait before a version is tried again whose failure may pass by itself. @param failures in a row, at least 1 */
export function retryDelayMs(failures: number): number {
  return DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1]!;
}
