import type { NamedTensors } from '../engine/engine.js';
import { Batcher } from './batcher.js';
import { answerTo, batcher, numbers, patient, request, settle, SIGNATURE } from './batcher.fixture.js';

describe('a batcher with a concurrency', () => {
  it('begins so many runs without waiting for one another, and gathers the rest into batches', async () => {
    const { batcher: busy, runs } = batcher({ concurrency: 2 });
    const answers = [];
    for (const n of [1, 2, 3, 4]) {
      answers.push(busy.run(request(n), patient()));
      await settle();
    }
    expect([runs.map(({ rows }) => rows), busy.depth]).toEqual([[[1], [2]], 2]);
    runs[1]!.answer();
    await settle();
    expect([runs.map(({ rows }) => rows), busy.depth]).toEqual([[[1], [2], [3, 4]], 0]);
    for (const run of runs) run.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4], [5]]);
  });

  it('joins what is asked in one turn, and begins another run only for what exceeds a batch', async () => {
    const { batcher: idle, runs } = batcher({ concurrency: 4, maxBatchSize: 2 });
    const answers = [1, 2, 3].map((n) => idle.run(request(n), patient()));
    await settle();
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2], [3]]);
    for (const run of runs) run.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4]]);
  });

  it('never has more in flight, uses all it has, and gives every caller its own rows', async () => {
    const concurrency = 3;
    let inFlight = 0;
    const seen = new Set<number>();
    const steady = new Batcher(
      async (inputs) => {
        seen.add(++inFlight);
        await settle();
        inFlight--;
        return answerTo(inputs);
      },
      SIGNATURE,
      { maxBatchSize: 4, maxQueue: 1_000, concurrency },
    );
    const sent = Array.from({ length: 300 }, (_, n) => n);
    const answers = sent.map(async (n) => {
      for (let turns = n % 7; turns > 0; turns--) await settle();
      return numbers(await steady.run(request(n, -n), patient()));
    });
    expect(await Promise.all(answers)).toEqual(sent.map((n) => [n + 1, 1 - n]));
    expect([...seen].toSorted()).toEqual([1, 2, 3]);
    expect(steady.depth).toBe(0);
  });
});

describe('a request that a batchable signature lets through and whose rows cannot be told apart', () => {
  const scalar: NamedTensors = { x: { dtype: 'float32', shape: [], data: Float32Array.of(7) } };
  const uneven = { ...request(5), t: request(6, 7).x! };

  it.each([
    ['with a scalar', scalar],
    ['with inputs of unequal rows', uneven],
  ])('%s runs alone, among others of its kind too', async (_, odd) => {
    const { batcher: idle, runs, batches } = batcher();
    const sent = [request(1), odd, request(2), odd];
    const answers = sent.map((inputs) => idle.run(inputs, patient()));
    for (let index = 0; index < 3; index++) {
      await settle();
      runs[index]!.answer();
    }
    await Promise.all(answers);
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2], expect.any(Array), expect.any(Array)]);
    expect(runs[1]!.rows).toEqual(runs[2]!.rows);
    expect(batches).toHaveLength(3);
  });
});
