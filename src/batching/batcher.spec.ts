import { getEventListeners } from 'node:events';
import { Batcher } from './batcher.js';
import {
  answerTo,
  batcher,
  numbers,
  patient,
  request,
  rowsIn,
  settle,
  SIGNATURE,
} from './batcher.fixture.js';

describe('a batcher', () => {
  it('starts at once when the engine is idle', async () => {
    const { batcher: idle, runs } = batcher();
    const answer = idle.run(request(1), patient());
    await settle();
    expect([runs.map(({ rows }) => rows), idle.depth]).toEqual([[[1]], 0]);
    runs[0]!.answer();
    expect(numbers(await answer)).toEqual([2]);
  });

  it('runs what was asked in one turn of the event loop together', async () => {
    const { batcher: idle, runs, batches } = batcher();
    const answers = [1, 2, 3].map((n) => idle.run(request(n), patient()));
    await settle();
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
    runs[0]!.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4]]);
    expect(batches).toEqual([3]);
  });

  it('gathers all that arrives during a run into the next, the order kept', async () => {
    const { batcher: busy, runs } = batcher({ maxBatchSize: 4 });
    const answers = [busy.run(request(1), patient())];
    await settle();
    for (const rows of [[2, 3], [4], [5, 6]]) answers.push(busy.run(request(...rows), patient()));
    await settle();
    expect([runs.length, busy.depth]).toEqual([1, 5]);
    for (const index of [0, 1, 2]) {
      runs[index]!.answer();
      await settle();
    }
    expect(runs.map(({ rows }) => rows)).toEqual([[1], [2, 3, 4], [5, 6]]);
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3, 4], [5], [6, 7]]);
  });

  it('tells each caller how long it waited and how long its run took', async () => {
    const { batcher: idle, runs } = batcher();
    const started = performance.now();
    const answer = idle.run(request(1), patient());
    await settle();
    runs[0]!.answer();
    const { queueMs, inferenceMs } = await answer;
    expect([queueMs >= 0, inferenceMs >= 0]).toEqual([true, true]);
    expect(queueMs + inferenceMs).toBeLessThanOrEqual(performance.now() - started);
  });

  it('joins nothing where the signature has no batch dimension', async () => {
    const signature = { ...SIGNATURE, outputs: [{ name: 'y', dtype: 'float32', shape: [] } as const] };
    const { batcher: alone, runs, batches } = batcher({ signature });
    const answers = [1, 2].map((n) => alone.run(request(n), patient()));
    await settle();
    runs[0]!.answer();
    await settle();
    runs[1]!.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3]]);
    expect(batches).toEqual([1, 1]);
  });

  it('refuses what exceeds the queue, and takes requests again once there is room', async () => {
    const { batcher: busy, runs } = batcher({ maxBatchSize: 2, maxQueue: 2 });
    const taken = [busy.run(request(1), patient())];
    await settle();
    taken.push(busy.run(request(2), patient()), busy.run(request(3), patient()));
    const { signal } = new AbortController();
    await expect(busy.run(request(4), signal)).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfter: 1 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    runs[0]!.answer();
    await settle();
    taken.push(busy.run(request(5), patient()));
    for (const index of [1, 2]) {
      runs[index]!.answer();
      await settle();
    }
    expect((await Promise.all(taken)).map(numbers)).toEqual([[2], [3], [4], [6]]);
  });

  it('takes a request larger than its queue while nobody waits', async () => {
    const { batcher: idle, runs } = batcher({ maxBatchSize: 2, maxQueue: 2 });
    const answer = idle.run(request(1, 2, 3), patient());
    await settle();
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
    runs[0]!.answer();
    expect(numbers(await answer)).toEqual([2, 3, 4]);
  });

  it('answers each caller alone where a model’s answer has other rows than its input', async () => {
    const boxes = { y: { dtype: 'float32', shape: [5, 1], data: Float32Array.of(1, 2, 3, 4, 5) } } as const;
    const runs: number[][] = [];
    const detector = new Batcher(
      async (inputs) => {
        runs.push(rowsIn(inputs));
        return boxes;
      },
      SIGNATURE,
      { maxBatchSize: 8, maxQueue: 8 },
    );
    const answers = await Promise.all([1, 2].map((n) => detector.run(request(n), patient())));
    expect(answers.map(numbers)).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    expect(runs).toEqual([[1, 2], [1], [2]]);
  });

  it('gives every caller its own rows, whoever leaves meanwhile: 20,000 requests', async () => {
    const below = generator(42);
    const steady = new Batcher(
      async (inputs) => {
        for (let turns = below(3); turns > 0; turns--) await settle();
        return answerTo(inputs);
      },
      SIGNATURE,
      { maxBatchSize: 16, maxQueue: 80_000 },
    );
    const tally = { answered: 0, left: 0, mismatches: 0, failed: 0 };
    const ask = async (rows: number[], signal: AbortSignal): Promise<void> => {
      try {
        const answer = await steady.run(request(...rows), signal);
        tally.answered++;
        if (numbers(answer).join() !== rows.map((n) => n + 1).join()) tally.mismatches++;
      } catch (reason) {
        tally[reason === 'left' ? 'left' : 'failed']++;
      }
    };
    const requests: Promise<void>[] = [];
    const callers: AbortController[] = [];
    for (let sent = 0; sent < 20_000; sent++) {
      const rows = Array.from({ length: 1 + below(4) }, (_, row) => sent * 4 + row);
      const caller = new AbortController();
      callers.push(caller);
      requests.push(ask(rows, caller.signal));
      if (below(4) === 0) callers.at(-1 - below(Math.min(callers.length, 30)))!.abort('left');
      if (below(3) === 0) await settle();
    }
    await Promise.all(requests);
    expect(tally).toMatchObject({ mismatches: 0, failed: 0 });
    expect(tally.answered + tally.left).toBe(20_000);
    expect(Math.min(tally.answered, tally.left)).toBeGreaterThan(100);
    expect(steady.depth).toBe(0);
    expect(callers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
  });
});

/** Whole numbers below a bound, the same ones for the same seed. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
