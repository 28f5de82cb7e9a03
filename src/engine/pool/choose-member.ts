/** What the choice needs to know of an engine. */
export interface MemberState {
  /** Whether its process is there, and not being replaced. */
  readonly isInService: boolean;
  /** Runs that were begun and are not answered. */
  readonly inFlight: number;
  /** Runs that were ever begun. */
  readonly begun: number;
}

/**
 * Which engine gets the next run, as an index: of those in service, or of all if none is, the one with the fewest runs in
 * flight; of equals the one that was used least. There is at least one.
 */
export function chooseMember(members: readonly MemberState[]): number {
  let best = 0;
  for (let index = 1; index < members.length; index++) {
    if (isBetter(members[index]!, members[best]!)) best = index;
  }
  return best;
}

function isBetter(one: MemberState, other: MemberState): boolean {
  if (one.isInService !== other.isInService) return one.isInService;
  return one.inFlight - other.inFlight < 0 || (one.inFlight === other.inFlight && one.begun < other.begun);
}
