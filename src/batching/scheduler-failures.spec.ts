import { getEventListeners } from 'node:events';
import { EngineError } from '../engine/engine.js';
import type { BatchedAnswer } from './batching.js';
import { answerTo, numbers, patient, request, rowsIn, scheduler, settle } from './scheduler.fixture.js';

const refusal = new EngineError('run', 'Incompatible shapes at /models/flowers/1.');
const crash = new EngineError('crashed', 'The engine process ended (SIGSEGV).');
/** The answers of several requests, each as its numbers or as the code it was refused with. */
const outcomes = (answers: readonly Promise<BatchedAnswer>[]) =>
  Promise.all(answers.map((answer) => answer.then(numbers, ({ code }: { code?: string }) => code)));

describe('a caller that leaves', () => {
  const reason = new Error('left');

  it('before it asks is not served', async () => {
    const { run, runs } = scheduler();
    await expect(run([1], patient({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    await settle();
    expect(runs).toHaveLength(0);
  });

  it('in the turn in which it asked is not served', async () => {
    const { run, runs } = scheduler();
    const caller = new AbortController();
    const answer = run([1], patient({ signal: caller.signal }));
    caller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await settle();
    expect(runs).toHaveLength(0);
    const next = run([2]);
    await settle();
    runs[0]!.answer();
    expect(numbers(await next)).toEqual([3]);
  });

  it('while it waits is told at once, and its rows are never run', async () => {
    const { run, runs, sent } = scheduler();
    const caller = new AbortController();
    const first = run([1]);
    await settle();
    const leaving = run([2, 3], patient({ signal: caller.signal }));
    const last = run([4, 5]);
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    runs[0]!.answer();
    await settle();
    runs[1]!.answer();
    expect(sent()).toEqual([[1], [4, 5]]);
    expect([numbers(await first), numbers(await last)]).toEqual([[2], [5, 6]]);
  });

  it('while it runs is told at once, and its neighbours get their own rows', async () => {
    const { run, runs } = scheduler();
    const caller = new AbortController();
    const leaving = run([1], patient({ signal: caller.signal }));
    const staying = run([2]);
    await settle();
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    runs[0]!.answer();
    expect(numbers(await staying)).toEqual([3]);
  });

  it('is not run again when its batch failed', async () => {
    const { run, runs, sent } = scheduler();
    const caller = new AbortController();
    const leaving = run([1], patient({ signal: caller.signal }));
    const staying = run([2]);
    await settle();
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    runs[0]!.fail(refusal);
    await settle();
    runs[1]!.answer();
    expect(numbers(await staying)).toEqual([3]);
    expect(sent()).toEqual([[1, 2], [2]]);
  });

  it('leaves no listener behind, nor does one that was answered or refused', async () => {
    const { run, runs } = scheduler({ maxBatchSize: 1 });
    const callers = [new AbortController(), new AbortController(), new AbortController()];
    const listeners = () => callers.map(({ signal }) => getEventListeners(signal, 'abort').length);
    const ends = outcomes(callers.map(({ signal }, n) => run([n], patient({ signal: signal }))));
    await settle();
    expect(listeners()).toEqual([1, 1, 1]);
    runs[0]!.answer();
    await settle();
    expect(listeners()).toEqual([0, 1, 1]);
    runs[1]!.fail(refusal);
    await settle();
    callers[2]!.abort({ code: 'LEFT' });
    expect(listeners()).toEqual([0, 0, 0]);
    expect(await ends).toEqual([[1], 'INPUT_REFUSED', 'LEFT']);
  });
});

describe('a batch that fails', () => {
  it('for one of its inputs is run again one by one, and only that one is refused', async () => {
    const { run, runs, batches, sent } = scheduler();
    const answers = outcomes([1, 2, 3].map((n) => run([n])));
    await settle();
    runs[0]!.fail(refusal);
    await settle();
    runs[1]!.answer();
    await settle();
    runs[2]!.fail(refusal);
    await settle();
    runs[3]!.answer();
    expect(await answers).toEqual([[2], 'INPUT_REFUSED', [4]]);
    expect(sent()).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(batches).toMatchObject([{ rows: 1 }, { rows: 1 }]);
  });

  it('because the engine crashed, on one of its inputs perhaps, is run again one by one too', async () => {
    const { run, runs, sent } = scheduler();
    const answers = [1, 2].map((n) => run([n]));
    await settle();
    runs[0]!.fail(crash);
    await settle();
    runs[1]!.fail(crash);
    await expect(answers[0]).rejects.toMatchObject({ code: 'ENGINE_FAILED', retryAfter: 2, cause: crash });
    await settle();
    runs[2]!.answer();
    expect(numbers(await answers[1]!)).toEqual([3]);
    expect(sent()).toEqual([[1, 2], [1], [2]]);
  });

  it('is not run again for one whose deadline has passed', async () => {
    const { run, runs, sent } = scheduler();
    const late = run([1], patient({ deadline: performance.now() + 20 }));
    const answer = run([2]);
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 30));
    runs[0]!.fail(crash);
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_UNREACHABLE' });
    await settle();
    runs[1]!.answer();
    expect(numbers(await answer)).toEqual([3]);
    expect(sent()).toEqual([[1, 2], [2]]);
  });

  it('by a surprise rejects with that surprise', async () => {
    const { run, runs } = scheduler();
    const surprise = new TypeError('This is a bug.');
    const answers = [1, 2].map((n) => run([n]));
    await settle();
    runs[0]!.fail(surprise);
    for (const answer of answers) await expect(answer).rejects.toBe(surprise);
    expect(runs).toHaveLength(1);
  });

  it('tells its callers nothing that only the log shall know', async () => {
    const { run, runs } = scheduler();
    const answer = run([1]);
    await settle();
    runs[0]!.fail(refusal);
    const sentence =
      "The model failed on this input. The server's log has the reason under this request's id.";
    await expect(answer).rejects.toMatchObject({ message: sentence, cause: refusal });
  });

  it('does not stop the next', async () => {
    const { run, runs } = scheduler({ maxBatchSize: 1 });
    const answers = outcomes([1, 2].map((n) => run([n])));
    await settle();
    runs[0]!.fail(crash);
    await settle();
    runs[1]!.answer();
    expect(await answers).toEqual(['ENGINE_FAILED', [3]]);
  });

  it('whose engine gave back too few rows is run again one by one, with the sizes that are allowed', async () => {
    const given: number[] = [];
    const { run } = scheduler({
      allowedBatchSizes: [2, 4],
      run: async (_model, _signature, inputs) => {
        given.push(rowsIn(inputs).length);
        if (given.length === 1) return answerTo(request(1));
        return answerTo(inputs);
      },
    });
    const answers = [1, 2, 3].map((n) => run([n]));
    expect((await Promise.all(answers)).map(numbers)).toEqual([[2], [3], [4]]);
    expect(given).toEqual([4, 2, 2, 2]);
  });

  it('of one padded request, for its answer cannot be cut, is run again without padding', async () => {
    const given: number[] = [];
    const { run } = scheduler({
      allowedBatchSizes: [2],
      maxBatchSize: 2,
      run: async (_model, _signature, inputs) => {
        given.push(rowsIn(inputs).length);
        return answerTo(request(1));
      },
    });
    expect(numbers(await run([1]))).toEqual([2]);
    expect(given).toEqual([2, 1]);
  });
});
