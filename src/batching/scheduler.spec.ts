import type { NamedTensors } from '../engine/engine.js';
import { Scheduler } from './scheduler.js';
import {
  by,
  numbers,
  patient,
  request,
  rowsIn,
  rulesWith,
  scheduler,
  settle,
  SIGNATURE,
} from './scheduler.fixture.js';

describe('a scheduler', () => {
  it('starts at once when the engine is idle', async () => {
    const { run, runs, batches } = scheduler();
    const answer = run([1]);
    await settle();
    runs[0]!.answer();
    expect(numbers(await answer)).toEqual([2]);
    expect(batches).toEqual([{ model: 'm', rows: 1, reason: 'idle' }]);
  });

  it('runs what was asked in one turn of the event loop together', async () => {
    const { run, runs, sent, batches } = scheduler();
    const answers = [1, 2, 3].map((n) => run([n]));
    await settle();
    expect(sent()).toEqual([[1, 2, 3]]);
    runs[0]!.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4]]);
    expect(batches).toMatchObject([{ rows: 3 }]);
  });

  it('gathers all that arrives during a run into the next, the order kept', async () => {
    const { run, runs, sent } = scheduler({ maxBatchSize: 4 });
    const answers = [run([1])];
    await settle();
    answers.push(run([2, 3]), run([4]));
    await settle();
    expect(sent()).toEqual([[1]]);
    runs[0]!.answer();
    await settle();
    expect(sent()).toEqual([[1], [2, 3, 4]]);
    answers.push(run([5, 6]));
    await settle();
    runs[1]!.answer();
    await settle();
    runs[2]!.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3, 4], [5], [6, 7]]);
  });

  it('sends the next run before it hands out the answers of the last', async () => {
    const { run, runs } = scheduler();
    const first = run([1]);
    await settle();
    void run([2]);
    const seen = first.then(() => runs.length);
    runs[0]!.answer();
    expect(await seen).toBe(2);
  });

  it('tells each caller how long it waited and how long its run took', async () => {
    const { run, runs } = scheduler();
    const started = performance.now();
    const answer = run([1]);
    await settle();
    runs[0]!.answer();
    const { queueMs, inferenceMs } = await answer;
    expect([queueMs >= 0, inferenceMs >= 0]).toEqual([true, true]);
    expect(queueMs + inferenceMs).toBeLessThanOrEqual(performance.now() - started);
  });

  it('joins nothing where the signature has no batch dimension', async () => {
    const signature = { ...SIGNATURE, outputs: [{ name: 'y', dtype: 'float32', shape: [] } as const] };
    const { run, runs, batches } = scheduler({ signature });
    const answers = [1, 2].map((n) => run([n]));
    await settle();
    for (const index of [0, 1]) {
      runs[index]!.answer();
      await settle();
    }
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3]]);
    expect(batches).toMatchObject([{ rows: 1 }, { rows: 1 }]);
  });

  it('runs a request alone that is larger than a batch', async () => {
    const { run, runs, sent } = scheduler({ maxBatchSize: 2 });
    const answers = [run([1, 2, 3]), run([4], by('b'))];
    await settle();
    expect(sent()).toEqual([[1, 2, 3]]);
    runs[0]!.answer();
    await settle();
    runs[1]!.answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2, 3, 4], [5]]);
  });

  it('answers each caller alone where a model’s answer has other rows than its input', async () => {
    const boxes = { y: { dtype: 'float32', shape: [5, 1], data: Float32Array.of(1, 2, 3, 4, 5) } } as const;
    const runs: number[][] = [];
    const detector = new Scheduler({
      run: async (_model, _signature, inputs) => {
        runs.push(rowsIn(inputs));
        return boxes;
      },
      slots: 1,
    });
    detector.open('m', {
      name: 'm',
      signatures: { s: SIGNATURE },
      rows: {},
      stateful: [],
      rules: rulesWith(),
    });
    const answers = await Promise.all([1, 2].map((n) => detector.run('m', 's', request(n), patient())));
    expect(answers.map(numbers)).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    expect(runs).toEqual([[1, 2], [1], [2]]);
  });

  it('tells how many rows of a model wait more or less, when that has changed', async () => {
    const told: [string, number][] = [];
    const { run, runs } = scheduler({ onQueue: (model, rows) => told.push([model, rows]) });
    const left = new AbortController();
    const answers = [run([1])];
    await settle();
    answers.push(run([2, 3]));
    const leaving = run([4], patient({ signal: left.signal }));
    await settle();
    left.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    await settle();
    runs[0]!.answer();
    await settle();
    runs[1]!.answer();
    await Promise.all(answers);
    expect(told).toEqual([
      ['m', 3],
      ['m', -1],
      ['m', -2],
    ]);
  });

  it('refuses what still waits when its model is closed, and knows it no longer', async () => {
    const { scheduler: closing, run, runs } = scheduler();
    const running = run([1]);
    await settle();
    const waiting = run([2]);
    closing.close('m');
    await expect(waiting).rejects.toMatchObject({ code: 'MODEL_NOT_READY', retryAfter: 1 });
    runs[0]!.answer();
    expect(numbers(await running)).toEqual([2]);
    await expect(run([3])).rejects.toThrow('This is a bug. m has no signature s.');
  });
});

describe('a request that a batchable signature lets through and whose rows cannot be told apart', () => {
  const scalar: NamedTensors = { x: { dtype: 'float32', shape: [], data: Float32Array.of(7) } };
  const uneven = { ...request(5), t: request(6, 7).x! };

  it.each([
    ['with a scalar', scalar],
    ['with inputs of unequal rows', uneven],
  ])('%s runs alone, among others of its kind too', async (_, odd) => {
    const { scheduler: idle, runs, batches } = scheduler();
    const sent = [request(1), odd, request(2), odd];
    const answers = sent.map((inputs, n) => idle.run('m', 's', inputs, by(`caller ${n}`)));
    for (let index = 0; index < 3; index++) {
      await settle();
      runs[index]!.answer();
    }
    await Promise.all(answers);
    const [first, ...others] = runs.map(({ rows }) => rows);
    expect(first).toEqual([1, 2]);
    expect(others[0]).toEqual(others[1]);
    expect(batches).toHaveLength(3);
  });
});

describe('sizes that the engine is given', () => {
  it('are those that are allowed: what lacks is the last row once more, and cut off from the answer', async () => {
    const { run, runs, sent, batches } = scheduler({ maxBatchSize: 4, allowedBatchSizes: [2, 4] });
    const answers = [run([1])];
    await settle();
    answers.push(run([2, 3]), run([4]));
    for (const index of [0, 1]) {
      runs[index]!.answer();
      await settle();
    }
    expect(sent()).toEqual([
      [1, 1],
      [2, 3, 4, 4],
    ]);
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3, 4], [5]]);
    expect(batches).toMatchObject([{ rows: 1 }, { rows: 3 }]);
  });

  it('may be exceeded by a single request that is larger than all', async () => {
    const { run, runs, sent } = scheduler({ maxBatchSize: 2, allowedBatchSizes: [2] });
    const answer = run([1, 2, 3]);
    await settle();
    runs[0]!.answer();
    expect([sent(), numbers(await answer)]).toEqual([[[1, 2, 3]], [2, 3, 4]]);
  });
});

describe('several engines', () => {
  it('begin so many runs without waiting for one another, and gather the rest into batches', async () => {
    const { run, runs, sent } = scheduler({ slots: 2, sendsAhead: false });
    const answers = [];
    for (const n of [1, 2, 3, 4]) {
      answers.push(run([n]));
      await settle();
    }
    expect(sent()).toEqual([[1], [2]]);
    runs[1]!.answer();
    await settle();
    expect(sent()).toEqual([[1], [2], [3, 4]]);
    for (const { answer } of runs) answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4], [5]]);
  });

  it('begin another run only for what exceeds a batch', async () => {
    const { run, runs, sent } = scheduler({ slots: 4, maxBatchSize: 2 });
    const answers = [1, 2, 3].map((n) => run([n]));
    await settle();
    expect(sent()).toEqual([[1, 2], [3]]);
    for (const { answer } of runs) answer();
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4]]);
  });
});
