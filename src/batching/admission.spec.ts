import { getEventListeners } from 'node:events';
import { jest } from '@jest/globals';
import type { Priority } from '../turns/call.js';
import { Admission, type AdmissionLimits, type Admitted, type RefusalReason } from './admission.js';
import type { ExpectedMs } from './workplaces.js';
import { generator, patient } from './scheduler.fixture.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** An entrance, and those who came: each by its name, with what became of it. */
function entrance(limits: Partial<AdmissionLimits> = {}, expectedMs = 0) {
  const refused: RefusalReason[] = [];
  const admission = new Admission(
    { maxRows: 4, maxBytes: 100, ...limits },
    { count: 4, expectedMs: () => expectedMs },
    (reason) => refused.push(reason),
  );
  const admitted = new Map<string, Admitted>();
  /** `a1 normal 2`: name (its first letter is the caller), class, rows. */
  const come = (text: string, bytes = 1): string => {
    const [name, priority = 'normal', rows = '1'] = text.split(' ');
    const call = patient({ caller: name![0]!, priority: priority as Priority });
    try {
      admitted.set(name!, admission.enter(Number(rows), bytes, call));
      return 'in';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const leave = (name: string): void => admitted.get(name)!.leave();
  /** Those whose signal has aborted, with the code of the reason. */
  const thrownOut = (): string[] =>
    [...admitted].flatMap(([name, { call }]) =>
      call.signal.aborted ? [`${name} ${(call.signal.reason as { code: string }).code}`] : [],
    );
  return { admission, come, leave, thrownOut, refused };
}

describe('a full house', () => {
  it.each<[string, string[], string, string[], string]>([
    ['b1', ['a1', 'a2', 'a3'], 'in', [], 'has room for the last one'],
    ['a5', ['a1', 'a2', 'a3', 'a4'], 'QUEUE_FULL', [], 'refuses more of who fills it'],
    ['b1', ['a1', 'a2', 'a3', 'a4'], 'in', ['a4'], 'lets another in for the last of who fills it'],
    ['b2', ['a1', 'a2', 'b1', 'a3'], 'in', ['a3'], 'is shared'],
    ['b3', ['a1', 'a2', 'b1', 'b2'], 'QUEUE_FULL', [], 'is shared, no more than that'],
    ['e1', ['a1', 'b1', 'c1', 'd1'], 'QUEUE_FULL', [], 'refuses who comes last, where all have as much'],
    ['b1 low', ['a1', 'a2', 'a3', 'a4'], 'QUEUE_FULL', [], 'refuses a lower class'],
    ['b1 high', ['a1', 'c1', 'd1', 'e1'], 'in', ['e1'], 'lets a higher class in'],
    ['a5 high', ['b1 low', 'a1', 'a2', 'a3'], 'in', ['b1'], 'has the lowest class leave'],
    ['b1 normal 2', ['a1', 'a2', 'a3', 'a4'], 'in', ['a4', 'a3'], 'has as many leave as there must'],
    ['b1 normal 4', ['c1', 'a1', 'a2', 'a3'], 'QUEUE_FULL', [], 'has nobody leave in vain'],
  ])('when %s comes and %j are in: %s, and %j leave: it %s', (newcomer, guests, outcome, leaving) => {
    const { come, thrownOut, refused } = entrance();
    for (const guest of guests) come(guest);
    expect(come(newcomer)).toBe(outcome);
    expect(thrownOut().toSorted()).toEqual(leaving.map((name) => `${name} QUEUE_FULL`).toSorted());
    expect(refused).toHaveLength(outcome === 'in' ? leaving.length : 1);
  });

  it('counts bytes as well', () => {
    const { come, thrownOut } = entrance({ maxRows: 100 });
    expect([come('a1', 60), come('a2', 41), come('a3', 40), come('b1', 30)]).toEqual([
      'in',
      'QUEUE_FULL',
      'in',
      'in',
    ]);
    expect(thrownOut()).toEqual(['a3 QUEUE_FULL']);
  });

  it('takes no request that is larger than it, though nobody is in', () => {
    const { come, admission, refused } = entrance();
    expect([come('a1 normal 9'), come('b1 high', 1_000)]).toEqual(['REQUEST_TOO_LARGE', 'REQUEST_TOO_LARGE']);
    expect([come('c1'), come('b1 high 9')]).toEqual(['in', 'REQUEST_TOO_LARGE']);
    expect(admission.inside).toEqual({ rows: 1, bytes: 1 });
    expect(refused).toEqual([]);
  });

  it('has no room lost by who leaves, however often it says so, nor by who was thrown out', () => {
    const { come, leave, admission } = entrance();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) come(name);
    for (const name of ['a4', 'a1', 'a1', 'b1']) leave(name);
    expect(admission.inside).toEqual({ rows: 2, bytes: 2 });
  });

  it('does not count against a caller what it was refused', () => {
    const { come, leave } = entrance();
    for (const name of ['a1', 'a2', 'a3', 'b1']) come(name);
    for (let n = 4; n < 50; n++) come(`a${n}`);
    leave('b1');
    come('a50');
    expect(come('b2')).toBe('in');
    leave('b2');
    expect(come('a51')).toBe('in');
  });

  it('keeps who has waited long: it has become more urgent', () => {
    const { come, thrownOut } = entrance();
    come('b1 low');
    jest.advanceTimersByTime(2_000);
    for (const name of ['a1', 'a2', 'a3']) come(name);
    expect(come('c1 high')).toBe('in');
    expect(thrownOut()).toEqual(['a3 QUEUE_FULL']);
  });

  it('lets another in before a caller whose requests have all waited long, while they leave one by one', () => {
    const { come, leave, thrownOut } = entrance();
    for (const name of ['a1', 'a2', 'a3', 'a4']) come(name);
    jest.advanceTimersByTime(3_000);
    leave('a1');
    come('c1');
    expect(come('b1')).toBe('in');
    expect(thrownOut()).toEqual(['a4 QUEUE_FULL']);
  });

  it('says when to come again', () => {
    const { admission } = entrance({ maxRows: 1 }, 2_500);
    admission.enter(1, 1, patient());
    expect(() => admission.enter(1, 1, patient())).toThrow(expect.objectContaining({ retryAfter: 3 }));
  });

  it('gives every caller its share, whoever floods', () => {
    const below = generator(3);
    const { admission } = entrance({ maxRows: 64, maxBytes: 1e9 });
    const inside: { caller: string; admitted: Admitted }[] = [];
    const refusals: Record<string, number> = { flood: 0, modest: 0 };
    for (let round = 0; round < 20_000; round++) {
      const caller = below(10) === 0 ? 'modest' : 'flood';
      try {
        inside.push({ caller, admitted: admission.enter(1, 1, patient({ caller })) });
      } catch {
        refusals[caller]! += 1;
      }
      // A quarter of what comes can be served, one of each caller in turn: the modest one asks for less than its share.
      if (round % 4 !== 0) continue;
      const served = round % 8 === 0 ? 'modest' : 'flood';
      const first = inside.findIndex(
        (guest) => guest.caller === served && !guest.admitted.call.signal.aborted,
      );
      if (first >= 0) inside.splice(first, 1)[0]!.admitted.leave();
    }
    refusals.modest! += inside.filter(
      ({ caller, admitted }) => caller === 'modest' && admitted.call.signal.aborted,
    ).length;
    expect(refusals.modest).toBe(0);
    expect(refusals.flood).toBeGreaterThan(5_000);
  });
});

describe('who comes in', () => {
  it('goes on with a call that ends as its own does', () => {
    const { admission } = entrance();
    const caller = new AbortController();
    const call = patient({ signal: caller.signal, deadline: 5_000, priority: 'low' });
    const admitted = admission.enter(1, 1, call);
    expect(admitted.call).toMatchObject({ deadline: 5_000, caller: 'a', priority: 'low' });
    expect(admitted.call.signal.aborted).toBe(false);
    const reason = new Error('left');
    caller.abort(reason);
    expect(admitted.call.signal.reason).toBe(reason);
    expect(admission.inside.rows).toBe(1);
    admitted.leave();
    expect(admission.inside.rows).toBe(0);
  });

  it('leaves no listener behind, thrown out or not', () => {
    const { admission } = entrance({ maxRows: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const listeners = () => [first, second].map(({ signal }) => getEventListeners(signal, 'abort').length);
    admission.enter(1, 1, patient({ signal: first.signal, priority: 'low' }));
    expect(listeners()).toEqual([1, 0]);
    const admitted = admission.enter(1, 1, patient({ signal: second.signal }));
    expect(listeners()).toEqual([0, 1]);
    expect(() => admission.enter(1, 1, patient())).toThrow('Too many requests are waiting for this model.');
    admitted.leave();
    expect(listeners()).toEqual([0, 0]);
  });

  it('does not, when it has left before', () => {
    const { admission } = entrance();
    const reason = new Error('left');
    expect(() => admission.enter(1, 1, patient({ signal: AbortSignal.abort(reason) }))).toThrow(reason);
    expect(admission.inside.rows).toBe(0);
  });

  it('does not, when its answer would come after its deadline', () => {
    const { admission, refused } = entrance({}, 1_500);
    const within = (ms: number) => patient({ deadline: performance.now() + ms });
    expect(() => admission.enter(1, 1, within(1_499))).toThrow(
      expect.objectContaining({ code: 'DEADLINE_UNREACHABLE', retryAfter: 2 }),
    );
    admission.enter(1, 1, within(1_500));
    expect([refused, admission.inside.rows]).toEqual([['deadline'], 1]);
  });
});

describe('a turn to be worked on', () => {
  /** Who came, in the order in which they were prepared and answered; each is prepared in 10 ms and runs until it is told. */
  function work(count: number, runMs: (coming: number, isIn: boolean) => number = () => 0) {
    const asked: number[] = [];
    const expectedMs: ExpectedMs = (_rows, _call, { coming, isIn }) => {
      asked.push(coming);
      return runMs(coming, isIn);
    };
    const waiting: number[] = [];
    const onWaiting = (rows: number) => waiting.push(rows);
    const admission = new Admission({ maxRows: 100, maxBytes: 100 }, { count, expectedMs, onWaiting });
    const done: string[] = [];
    const ends = new Map<string, () => void>();
    const come = (name: string, { priority = 'normal' as Priority, withinMs = Infinity } = {}): void => {
      const deadline = performance.now() + withinMs;
      const { inTurn, leave } = admission.enter(1, 1, patient({ caller: name[0]!, priority, deadline }));
      inTurn({
        prepare: () => new Promise((resolve) => setTimeout(resolve, 10, name)),
        run: (prepared: string) => {
          done.push(`${prepared} runs`);
          return new Promise<void>((resolve) => ends.set(name, resolve));
        },
      })
        .then(() => done.push(`${name} ends`))
        .catch(({ code }: { code: string }) => done.push(`${name} ${code}`))
        .finally(leave);
    };
    const end = (name: string): void => ends.get(name)!();
    const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
    return { admission, come, end, pass, done, asked, waiting };
  }

  it('comes to so many at once, and then to who is next by its class and what others had', async () => {
    const { come, end, pass, done } = work(2);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) come(name);
    come('c1', { priority: 'high' });
    await pass(10);
    expect(done.splice(0)).toEqual(['a1 runs', 'a2 runs']);
    for (const name of ['a1', 'a2', 'c1', 'b1', 'a3']) {
      end(name);
      await pass(10);
    }
    expect(done.filter((what) => what.endsWith('runs'))).toEqual([
      'c1 runs',
      'b1 runs',
      'a3 runs',
      'a4 runs',
    ]);
  });

  it('is not taken by who has waited too long by then: it is refused, and nothing is prepared for it', async () => {
    const { come, end, pass, done } = work(1, (coming) => 50 * coming);
    come('a1');
    come('a2', { withinMs: 100 });
    await pass(95);
    end('a1');
    await pass(10);
    // 10 of preparation are expected, and 5 are left.
    expect(done).toEqual(['a1 runs', 'a1 ends', 'a2 DEADLINE_UNREACHABLE']);
  });

  it('is not lost to a forecast that has become more cautious while it waited', async () => {
    let cautious = 100;
    const { come, end, pass, done } = work(1, (_, isIn) => (isIn ? 100 : cautious));
    come('a1');
    await pass(10);
    come('a2', { withinMs: 200 });
    cautious = 300;
    await pass(20);
    end('a1');
    await pass(10);
    expect(done).toEqual(['a1 runs', 'a1 ends', 'a2 runs']);
    expect(() => come('a3', { withinMs: 200 })).toThrow(
      expect.objectContaining({ code: 'DEADLINE_UNREACHABLE' }),
    );
  });

  it('counts those before it who have not come to the engine yet, and no others', async () => {
    const { come, pass, asked, waiting } = work(3);
    const refused = (name: string): number | undefined => {
      expect(() => come(name, { withinMs: -1 })).toThrow(
        expect.objectContaining({ code: 'DEADLINE_UNREACHABLE' }),
      );
      return asked.at(-1);
    };
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) come(name);
    expect([refused('a6'), refused('b1')]).toEqual([5, 1]);
    await pass(10);
    expect(waiting.reduce((sum, rows) => sum + rows)).toBe(2);
    expect([refused('a6'), refused('b1')]).toEqual([2, 0]);
  });

  it('is lost to nobody who leaves', async () => {
    const { admission, come, end, pass, done } = work(1);
    come('a1');
    const left = new AbortController();
    const { inTurn, leave } = admission.enter(1, 1, patient({ signal: left.signal }));
    const gone = inTurn({
      prepare: async () => done.push('prepared'),
      run: async () => done.push('run'),
    });
    left.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    leave();
    come('b1');
    await pass(10);
    end('a1');
    await pass(10);
    expect(done).toEqual(['a1 runs', 'a1 ends', 'b1 runs']);
  });
});
