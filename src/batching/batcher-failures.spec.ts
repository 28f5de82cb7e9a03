import { getEventListeners } from 'node:events';
import { EngineError } from '../engine/engine.js';
import { batcher, numbers, patient, request, settle } from './batcher.fixture.js';

const refusal = new EngineError('run', 'Incompatible shapes at /models/flowers/1.');
const crash = new EngineError('crashed', 'The engine process ended (SIGSEGV).');
/** The answers of several requests, each as its numbers or as the code it was refused with. */
const outcomes = (answers: readonly ReturnType<ReturnType<typeof batcher>['batcher']['run']>[]) =>
  Promise.all(answers.map((answer) => answer.then(numbers, ({ code }: { code?: string }) => code)));

describe('a caller that leaves', () => {
  const reason = new Error('left');

  it('before it asks is not served', async () => {
    const { batcher: idle, runs } = batcher();
    await expect(idle.run(request(1), AbortSignal.abort(reason))).rejects.toBe(reason);
    await settle();
    expect([runs.length, idle.depth]).toEqual([0, 0]);
  });

  it('in the turn in which it asked is not served', async () => {
    const { batcher: idle, runs } = batcher();
    const caller = new AbortController();
    const answer = idle.run(request(1), caller.signal);
    caller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await settle();
    expect([runs.length, idle.depth]).toEqual([0, 0]);
    const next = idle.run(request(2), patient());
    await settle();
    runs[0]!.answer();
    expect(numbers(await next)).toEqual([3]);
  });

  it('while it waits makes room at once, and its rows are never run', async () => {
    const { batcher: busy, runs } = batcher({ maxQueue: 2 });
    const caller = new AbortController();
    const first = busy.run(request(1), patient());
    await settle();
    const leaving = busy.run(request(2, 3), caller.signal);
    expect(busy.depth).toBe(2);
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect(busy.depth).toBe(0);
    const last = busy.run(request(4, 5), patient());
    runs[0]!.answer();
    await settle();
    runs[1]!.answer();
    expect(runs.map(({ rows }) => rows)).toEqual([[1], [4, 5]]);
    expect([numbers(await first), numbers(await last)]).toEqual([[2], [5, 6]]);
  });

  it('while it runs is told at once, and its neighbours get their own rows', async () => {
    const { batcher: idle, runs } = batcher();
    const caller = new AbortController();
    const leaving = idle.run(request(1), caller.signal);
    const staying = idle.run(request(2), patient());
    await settle();
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    runs[0]!.answer();
    expect(numbers(await staying)).toEqual([3]);
  });

  it('is not run again when its batch failed', async () => {
    const { batcher: idle, runs } = batcher();
    const caller = new AbortController();
    const leaving = idle.run(request(1), caller.signal);
    const staying = idle.run(request(2), patient());
    await settle();
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    runs[0]!.fail(refusal);
    await settle();
    runs[1]!.answer();
    expect(numbers(await staying)).toEqual([3]);
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2], [2]]);
  });

  it('leaves no listener behind, nor does one that was answered or refused', async () => {
    const { batcher: busy, runs } = batcher({ maxBatchSize: 1 });
    const callers = [new AbortController(), new AbortController(), new AbortController()];
    const listeners = () => callers.map(({ signal }) => getEventListeners(signal, 'abort').length);
    const ends = outcomes(callers.map(({ signal }, n) => busy.run(request(n), signal)));
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
    const { batcher: idle, runs, batches } = batcher();
    const answers = outcomes([1, 2, 3].map((n) => idle.run(request(n), patient())));
    await settle();
    runs[0]!.fail(refusal);
    await settle();
    runs[1]!.answer();
    await settle();
    runs[2]!.fail(refusal);
    await settle();
    runs[3]!.answer();
    expect(await answers).toEqual([[2], 'INPUT_REFUSED', [4]]);
    expect(runs.map(({ rows }) => rows)).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(batches).toEqual([1, 1]);
  });

  it('because the engine crashed is not run again: every caller may try again', async () => {
    const { batcher: idle, runs } = batcher();
    const answers = [1, 2].map((n) => idle.run(request(n), patient()));
    await settle();
    runs[0]!.fail(crash);
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({ code: 'ENGINE_FAILED', retryAfter: 2, cause: crash });
    }
    expect(runs).toHaveLength(1);
  });

  it('by a surprise rejects with that surprise', async () => {
    const { batcher: idle, runs } = batcher();
    const surprise = new TypeError('This is a bug.');
    const answers = [1, 2].map((n) => idle.run(request(n), patient()));
    await settle();
    runs[0]!.fail(surprise);
    for (const answer of answers) await expect(answer).rejects.toBe(surprise);
    expect(runs).toHaveLength(1);
  });

  it('tells its callers nothing that only the log shall know', async () => {
    const { batcher: idle, runs } = batcher();
    const answer = idle.run(request(1), patient());
    await settle();
    runs[0]!.fail(refusal);
    const sentence =
      "The model failed on this input. The server's log has the reason under this request's id.";
    await expect(answer).rejects.toMatchObject({ message: sentence, cause: refusal });
  });

  it('does not stop the next', async () => {
    const { batcher: busy, runs } = batcher({ maxBatchSize: 1 });
    const answers = outcomes([1, 2].map((n) => busy.run(request(n), patient())));
    await settle();
    runs[0]!.fail(crash);
    await settle();
    runs[1]!.answer();
    expect(await answers).toEqual(['ENGINE_FAILED', [3]]);
  });
});
