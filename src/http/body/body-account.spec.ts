import { BodyAccount } from './body-account.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const account = (patienceMs = 1_000_000): BodyAccount =>
  new BodyAccount({ maxBytes: 10 * MIB, maxBytesPerCaller: 5 * MIB, patienceMs });

/** Whether a promise has settled, once all that is due now is done. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  promise.then(settle, settle);
  await new Promise((resolve) => setImmediate(resolve));
  return isSettled;
}

describe('the account of bodies', () => {
  it('lets in who fits, and has nothing when all have left', async () => {
    const all = account();
    const [a, b] = [all.open('a'), all.open('b')];
    await a.reserve(4 * MIB);
    await b.reserve(5 * MIB);
    expect(all.bytes).toBe(9 * MIB);
    a.settle(6 * MIB); // More than was thought: it is there.
    expect(all.bytes).toBe(11 * MIB);
    a.leave();
    b.leave();
    a.settle(MIB);
    expect(all.bytes).toBe(0);
  });

  it('has others wait in order of arrival, and one who has used up its share for itself', async () => {
    const all = account();
    const first = all.open('a');
    await first.reserve(5 * MIB);
    const sameCaller = all.open('a').reserve(MIB);
    expect(await settled(sameCaller)).toBe(false);
    const second = all.open('b');
    await second.reserve(5 * MIB);
    const large = all.open('c').reserve(4 * MIB);
    const small = all.open('d').reserve(MIB);
    second.settle(3 * MIB);
    expect([await settled(large), await settled(small)]).toEqual([false, false]);
    second.settle(MIB);
    expect([await settled(large), await settled(small)]).toEqual([true, false]);
    first.leave();
    expect([await settled(small), await settled(sameCaller)]).toEqual([true, true]);
  });

  it('lets small bodies pass, and has who holds memory go first', async () => {
    const all = account();
    const [a, b] = [all.open('a'), all.open('b')];
    await a.reserve(5 * MIB);
    await b.reserve(4 * MIB + 512 * KIB);
    const newcomer = all.open('c').reserve(MIB);
    const more = b.reserve(512 * KIB);
    expect(await settled(all.open('a').reserve(64 * KIB))).toBe(true);
    all.open('c').grow(64 * KIB);
    a.settle(4 * MIB);
    expect([await settled(more), await settled(newcomer)]).toEqual([true, false]);
  });

  it('refuses who waits too long, by whose fault it is, and what never fits at once', async () => {
    const all = account(1);
    const a = all.open('a');
    await a.reserve(5 * MIB);
    await all.open('b').reserve(5 * MIB);
    await expect(all.open('a').reserve(MIB)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 1 });
    await expect(all.open('c').reserve(MIB)).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfter: 1 });
    await expect(all.open('c').reserve(6 * MIB)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(() => a.grow(MIB)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    expect(all.bytes).toBe(10 * MIB);
  });

  it('forgets who left while it waited', async () => {
    const all = account();
    const a = all.open('a');
    await a.reserve(5 * MIB);
    const left = new AbortController();
    const waiting = all.open('a').reserve(MIB, left.signal);
    left.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    a.leave();
    expect(all.bytes).toBe(0);
  });
});
