/** What the decision needs to know of a waiting request. */
export interface Waiting {
  readonly kind: string;
  readonly rows: number;
}

/**
 * Which of the waiting requests run next, as indexes into `queue`: the oldest, and after it, in their order, those of its
 * kind that still fit into `maxBatchSize` rows. A request that alone exceeds the maximum runs alone.
 */
export function nextBatch(queue: readonly Waiting[], maxBatchSize: number): number[] {
  const [oldest] = queue;
  if (!oldest) return [];
  const chosen = [0];
  let rows = oldest.rows;
  for (let index = 1; index < queue.length && rows < maxBatchSize; index++) {
    const { kind, rows: more } = queue[index]!;
    if (kind !== oldest.kind) continue;
    if (rows + more > maxBatchSize) break; // Taking a later, smaller one would let it overtake this one.
    rows += more;
    chosen.push(index);
  }
  return chosen;
}
