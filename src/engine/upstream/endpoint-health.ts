/** What is known of one of the servers that hold a model. Times are ms of one clock. */
export interface EndpointHealth {
  /** Failures since the last answer. */
  readonly failures: number;
  /** When it was last ejected. */
  readonly ejectedAt: number;
  /** Until when it is left alone; then one request is its trial. */
  readonly ejectedUntil: number;
  /** That request is on its way. */
  readonly onTrial: boolean;
}

export const HEALTHY: EndpointHealth = { failures: 0, ejectedAt: 0, ejectedUntil: 0, onTrial: false };

/** So many failures in a row eject a server. */
export const FAILURES_TO_EJECT = 3;
const FIRST_EJECTION_MS = 1_000;
const LONGEST_EJECTION_MS = 30_000;

/** @param began when the request began that failed at `now` */
export function afterFailure(health: EndpointHealth, began: number, now: number): EndpointHealth {
  // Requests that were on their way when it was ejected tell nothing new.
  if (health.failures >= FAILURES_TO_EJECT && began <= health.ejectedAt) return health;
  const failures = health.failures + 1;
  const doublings = failures - FAILURES_TO_EJECT;
  if (doublings < 0) return { ...health, failures };
  const ejectionMs = Math.min(FIRST_EJECTION_MS * 2 ** doublings, LONGEST_EJECTION_MS);
  return { failures, ejectedAt: now, ejectedUntil: now + ejectionMs, onTrial: false };
}

/** When a request is sent to it. */
export function atStart(health: EndpointHealth): EndpointHealth {
  return health.failures >= FAILURES_TO_EJECT ? { ...health, onTrial: true } : health;
}

/**
 * Which servers a request that begins now may be sent to, as indexes in the order in which they are tried: all that are in
 * service, from the `turn`th on; if none is, the one alone that comes back first.
 */
export function inOrder(healths: readonly EndpointHealth[], turn: number, now: number): number[] {
  const indexes = healths.map((_, index) => (turn + index) % healths.length);
  const inService = indexes.filter((index) => {
    const { ejectedUntil, onTrial } = healths[index]!;
    return ejectedUntil <= now && !onTrial;
  });
  if (inService.length > 0) return inService;
  const earliest = indexes.toSorted((a, b) => healths[a]!.ejectedUntil - healths[b]!.ejectedUntil);
  return earliest.slice(0, 1);
}
