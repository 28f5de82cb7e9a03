import { nextBatch, type Waiting } from './next-batch.js';

/** `a3 b1`: kinds and rows of the requests that wait, oldest first. */
const queue = (text: string): Waiting[] =>
  text.split(' ').flatMap((entry) => (entry ? [{ kind: entry[0]!, rows: Number(entry.slice(1)) }] : []));

describe('the next batch', () => {
  it.each([
    ['', 8, [], 'is empty when nobody waits'],
    ['a1', 8, [0], 'is a single request when only one waits'],
    ['a1 a1 a1', 8, [0, 1, 2], 'is all that wait, if they fit'],
    ['a1 a1 a1', 2, [0, 1], 'ends at the maximum'],
    ['a1 a1 a1', 1, [0], 'is one request where the maximum is 1'],
    ['a3 a5', 8, [0, 1], 'may be filled to the last row'],
    ['a3 a6', 8, [0], 'never exceeds the maximum'],
    ['a9 a1', 8, [0], 'is one request alone that exceeds the maximum'],
    ['a1 a9 a1', 8, [0], 'lets no later request overtake one that does not fit'],
    ['a5 a4 a3', 8, [0], 'is not filled up by overtaking'],
    ['a1 b1 a1 b1', 8, [0, 2], 'holds one kind only'],
    ['b1 a1 a1 a1', 8, [0], 'begins with the oldest, however many of another kind wait'],
    ['a1 b9 a1', 8, [0, 2], 'is not held up by another kind'],
    ['a0 a8 a0', 8, [0, 1], 'counts a request without rows as nothing'],
  ])('%s with at most %d rows takes %j: it %s', (waiting, maximum, expected) => {
    expect(nextBatch(queue(waiting), maximum)).toEqual(expected);
  });

  it('keeps its promises for any queue', () => {
    const below = generator(20_260);
    for (let round = 0; round < 5_000; round++) {
      const waiting = Array.from({ length: 1 + below(12) }, () => ({
        kind: 'abc'[below(3)]!,
        rows: 1 + below(6),
      }));
      const maximum = 1 + below(8);
      expect(broken(waiting, maximum)).toEqual([]);
    }
  });

  it('serves every request in the end, and those of one kind in their order', () => {
    const below = generator(7);
    for (let round = 0; round < 500; round++) {
      let waiting = Array.from({ length: 30 }, (_, id) => ({
        id,
        kind: 'abc'[below(3)]!,
        rows: 1 + below(6),
      }));
      const served: typeof waiting = [];
      while (waiting.length > 0) {
        const chosen = new Set(nextBatch(waiting, 4));
        served.push(...waiting.filter((_, index) => chosen.has(index)));
        waiting = waiting.filter((_, index) => !chosen.has(index));
      }
      for (const kind of 'abc') {
        const ids = served.filter((request) => request.kind === kind).map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      }
      expect(served).toHaveLength(30);
    }
  });
});

/** Which promises a batch breaks. */
function broken(waiting: readonly Waiting[], maximum: number): string[] {
  const chosen = nextBatch(waiting, maximum);
  const batch = chosen.map((index) => waiting[index]!);
  const rows = batch.reduce((sum, request) => sum + request.rows, 0);
  const sameKind = waiting.flatMap(({ kind }, index) => (kind === waiting[0]!.kind ? [index] : []));
  const next = waiting[sameKind[chosen.length] ?? -1];
  const promises = {
    'the oldest comes first': chosen[0] === 0,
    'at most the maximum, or one alone': rows <= maximum || batch.length === 1,
    'the oldest of one kind, none left out': chosen.every((index, at) => index === sameKind[at]),
    'no room is wasted': next === undefined || rows + next.rows > maximum,
  };
  return Object.entries(promises).flatMap(([promise, kept]) => (kept ? [] : [promise]));
}

/** Whole numbers below a bound, the same ones for the same seed. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
