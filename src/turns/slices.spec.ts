import { setImmediate as turn } from 'node:timers/promises';
import { atOnce, inSlices, type Steps } from './slices.js';

/** Takes some ms a step. */
function* slow(steps: number, onStep: () => void = () => {}): Steps<number> {
  for (let step = 0; step < steps; step++) {
    for (const end = performance.now() + 4; performance.now() < end;);
    onStep();
    yield;
  }
  return steps;
}

describe('long work in slices', () => {
  it('lets others in between', async () => {
    const order: string[] = [];
    const work = inSlices(slow(3, () => order.push('step')));
    await turn();
    order.push('another');
    expect(await work).toBe(3);
    expect(order[0]).toBe('step');
    expect(order.indexOf('another')).toBeLessThan(order.lastIndexOf('step'));
  });

  it('of many requests goes on for one of them in each turn', async () => {
    let steps = 0;
    const works = Array.from({ length: 4 }, () => inSlices(slow(3, () => steps++)));
    expect(steps).toBe(4); // Each begins at once.
    for (let turns = 0; turns < 30; turns++) {
      const before = steps;
      await turn();
      expect(steps - before).toBeLessThanOrEqual(1);
    }
    expect(await Promise.all(works)).toEqual([3, 3, 3, 3]);
  });

  it('ends with its request', async () => {
    const left = new AbortController();
    const reason = new Error('The client left.');
    let steps = 0;
    const work = inSlices(
      slow(100, () => steps++),
      left.signal,
    );
    left.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(steps).toBe(1);
  });

  it('is done at once where it is short', async () => {
    const short = function* (): Steps<string> {
      yield;
      return 'done';
    };
    expect(atOnce(short())).toBe('done');
    let isDone = false;
    void inSlices(short()).then(() => (isDone = true));
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(isDone).toBe(true);
  });

  it('fails as its step does', async () => {
    const failing = function* (): Steps<never> {
      yield;
      throw new Error('no');
    };
    await expect(inSlices(failing())).rejects.toThrow('no');
    expect(() => atOnce(failing())).toThrow('no');
  });
});
