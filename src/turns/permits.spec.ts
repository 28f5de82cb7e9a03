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
