import { EventEmitter, getEventListeners, once } from 'node:events';
import { Permits } from './permits.js';

/** Work that ends when it is told to. */
function task() {
  const gate = new EventEmitter();
  const ended = once(gate, 'end');
  const started = { yes: false };
  const work = async () => {
    started.yes = true;
    await ended;
  };
  return { work, end: () => gate.emit('end'), started };
}

const patient = () => new AbortController().signal;
/** Lets everything run that can. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('permits', () => {
  it('let so many run at once, and the others in the order they came', async () => {
    const permits = new Permits(2);
    const tasks = [task(), task(), task(), task()];
    const runs = tasks.map(({ work }) => permits.run(work, patient()));
    await settle();
    expect(tasks.map(({ started }) => started.yes)).toEqual([true, true, false, false]);
    tasks[1]!.end();
    await settle();
    expect(tasks.map(({ started }) => started.yes)).toEqual([true, true, true, false]);
    tasks.forEach(({ end }) => end());
    await Promise.all(runs);
  });

  it('come back when work fails', async () => {
    const permits = new Permits(1);
    await expect(permits.run(() => Promise.reject(new Error('no')), patient())).rejects.toThrow('no');
    await expect(permits.run(async () => 'yes', patient())).resolves.toBe('yes');
  });

  it('are never taken by a caller that left', async () => {
    const permits = new Permits(1);
    const [first, second, third] = [task(), task(), task()];
    const caller = new AbortController();
    const running = permits.run(first.work, patient());
    const leaving = permits.run(second.work, caller.signal);
    const waiting = permits.run(third.work, patient());
    const reason = new Error('left');
    caller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    first.end();
    third.end();
    await Promise.all([running, waiting]);
    expect([second.started.yes, third.started.yes]).toEqual([false, true]);
    await expect(permits.run(second.work, caller.signal)).rejects.toBe(reason);
  });

  it('pass to the next when a caller leaves at the moment of its turn', async () => {
    const permits = new Permits(1);
    const [first, second] = [task(), task()];
    const caller = new AbortController();
    const running = permits.run(first.work, patient()).then(() => caller.abort(new Error('left')));
    const leaving = permits.run(second.work, caller.signal);
    first.end();
    await running;
    await leaving.catch(() => {});
    second.end();
    await expect(permits.run(async () => 'free', patient())).resolves.toBe('free');
  });

  it('are shared out by size: what does not fit waits, and nobody overtakes it', async () => {
    const line = new Permits<[size: number]>(10, undefined, (size) => size);
    const tasks = [6, 5, 1, 4].map((size) => ({ size, ...task() }));
    const runs = tasks.map(({ work, size }) => line.run(work, patient(), size));
    const begun = () => tasks.map(({ started }) => started.yes);
    await settle();
    expect(begun()).toEqual([true, false, false, false]);
    tasks[0]!.end();
    await settle();
    expect(begun()).toEqual([true, true, true, true]);
    tasks.forEach(({ end }) => end());
    await Promise.all(runs);
  });

  it('go on to the next when somebody leaves that did not fit', async () => {
    const line = new Permits<[size: number]>(10, undefined, (size) => size);
    const [first, large, small] = [task(), task(), task()];
    const caller = new AbortController();
    const running = line.run(first.work, patient(), 6);
    const leaving = line.run(large.work, caller.signal, 10);
    const waiting = line.run(small.work, patient(), 2);
    caller.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    await settle();
    expect([large.started.yes, small.started.yes]).toEqual([false, true]);
    first.end();
    small.end();
    await Promise.all([running, waiting]);
    await expect(line.run(async () => 'all', patient(), 10)).resolves.toBe('all');
  });

  it('leave no listener behind', async () => {
    const permits = new Permits(1);
    const first = task();
    const { signal } = new AbortController();
    const runs = [permits.run(first.work, signal), permits.run(async () => {}, signal)];
    await settle();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    first.end();
    await Promise.all(runs);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
