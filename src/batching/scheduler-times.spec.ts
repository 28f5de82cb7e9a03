import { jest } from '@jest/globals';
import type { NamedTensors } from '../engine/engine.js';
import type { Priority } from '../turns/call.js';
import type { BatchingRules } from './batching.js';
import { FULL_LEAD_MS, LEAD_MS } from './next-run.js';
import { Scheduler, type RunReport } from './scheduler.js';
import { answerTo, patient, request, rowsIn, rulesWith, SIGNATURE } from './scheduler.fixture.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

type Costs = Readonly<Record<string, (rows: number) => number>>;

/** A scheduler over an engine that does one run after the other, each in the time that `costs` says for its model and rows. */
function timed(costs: Costs, rules: Partial<BatchingRules> = {}, caller = 'a') {
  const started = performance.now();
  const at = () => Math.round(performance.now() - started);
  const sent: string[] = [];
  const reports: RunReport[] = [];
  const refused: string[] = [];
  const engineMs: Record<string, number> = {};
  let freeAt = 0;
  const scheduler = new Scheduler({
    slots: 1,
    run: (model, _signature, inputs): Promise<NamedTensors> => {
      const rows = rowsIn(inputs);
      const ms = costs[model]!(rows.length);
      sent.push(`${model} ${rows.join()} at ${at()}`);
      engineMs[model] = (engineMs[model] ?? 0) + ms;
      freeAt = Math.max(freeAt, performance.now()) + ms;
      const untilThen = freeAt - performance.now();
      return new Promise((resolve) => setTimeout(() => resolve(answerTo(inputs)), untilThen));
    },
    onBatch: (report) => reports.push(report),
    onRefused: (model) => refused.push(model),
  });
  for (const name of Object.keys(costs)) {
    scheduler.open(name, {
      name,
      signatures: { s: SIGNATURE },
      rows: {},
      stateful: [],
      rules: rulesWith(rules),
    });
  }
  const outcomes: string[] = [];
  /** Asks for rows of those numbers; its end is told in `outcomes`. */
  const ask = (
    rows: readonly number[],
    { model = 'm', withinMs = Infinity, priority = 'normal' as Priority, by = caller } = {},
  ): void => {
    const call = patient({ caller: by, priority, deadline: performance.now() + withinMs });
    scheduler.run(model, 's', request(...rows), call).then(
      () => outcomes.push(`${rows.join()} answered at ${at()}`),
      ({ code, retryAfter }: { code: string; retryAfter: number }) =>
        outcomes.push(`${rows.join()} ${code} ${retryAfter} at ${at()}`),
    );
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const expectedMs = (rows: number) => Math.round(scheduler.expectedMs('m', 's', rows));
  return { scheduler, ask, pass, sent, outcomes, reports, refused, engineMs, expectedMs };
}

/** The same, with the cost of one row and of a full batch measured. */
async function measured(costs: Costs, rules: Partial<BatchingRules> = {}) {
  const made = timed(costs, rules);
  for (const model of Object.keys(costs)) {
    made.ask([0], { model });
    await made.pass(1_000);
    made.ask([0, 0, 0, 0], { model });
    await made.pass(1_000);
  }
  for (const list of [made.sent, made.outcomes, made.reports]) list.length = 0;
  for (const model of Object.keys(costs)) made.engineMs[model] = 0;
  return made;
}

const FOUR = { maxBatchSize: 4 };
const tenEach: Costs = { m: (rows) => 10 * rows };

describe('a request with a deadline', () => {
  it('is refused at once where those before it take too long by what was measured', async () => {
    const { ask, pass, outcomes, refused } = await measured(tenEach, FOUR);
    for (let n = 1; n <= 12; n++) ask([n]);
    await pass(1);
    ask([13], { withinMs: 100 });
    ask([14], { withinMs: 140 });
    await pass(0);
    expect([outcomes, refused]).toEqual([['13 DEADLINE_UNREACHABLE 1 at 2001'], ['m']]);
    await pass(200);
    expect(outcomes).toContain('14 answered at 2130');
  });

  it('is not, where those that wait do not go before it', async () => {
    const { ask, pass, outcomes } = await measured(tenEach, FOUR);
    for (let n = 1; n <= 40; n++) ask([n]);
    await pass(1);
    ask([41], { withinMs: 130, by: 'other' });
    ask([42], { withinMs: 130, priority: 'high', by: 'urgent' });
    await pass(130);
    expect(outcomes.filter((text) => /^4[12]/.test(text))).toEqual([
      expect.stringMatching(/^4[12] answered/),
      expect.stringMatching(/^4[12] answered/),
    ]);
  });

  it('is refused later, as soon as it cannot be met any more, and makes room', async () => {
    const { ask, pass, outcomes, sent } = await measured(tenEach, FOUR);
    for (let n = 1; n <= 4; n++) ask([n], { by: 'first' });
    await pass(1);
    ask([5], { withinMs: 115 });
    for (let n = 10; n < 30; n++) ask([n], { priority: 'high', by: 'urgent' });
    await pass(104);
    expect(outcomes.filter((text) => text.startsWith('5 '))).toEqual([]);
    await pass(3);
    expect(outcomes.filter((text) => text.startsWith('5 '))).toEqual(['5 DEADLINE_UNREACHABLE 1 at 2106']);
    await pass(1_000);
    expect(sent.join()).not.toMatch(/\b5\b/);
  });

  it('is for its caller to give up where nothing was measured, but is not run once it has passed', async () => {
    const { ask, pass, outcomes, sent } = timed({ m: () => 500 });
    ask([1, 1]);
    await pass(1);
    ask([2], { withinMs: 400 });
    await pass(450);
    expect(outcomes).toEqual([]);
    await pass(60);
    expect(outcomes).toEqual(['2 DEADLINE_UNREACHABLE 1 at 500', '1,1 answered at 500']);
    expect(sent).toHaveLength(1);
  });

  it('is refused once a run tells that it cannot be met', async () => {
    const { ask, pass, outcomes } = timed({ m: () => 50 }, { maxBatchSize: 1 });
    for (const n of [1, 2, 3, 4]) ask([n], { withinMs: 160 });
    await pass(150);
    expect(outcomes).toContain('4 DEADLINE_UNREACHABLE 1 at 110');
  });

  it('is taken again after a while in which everyone was refused: only a run can tell better', async () => {
    const { ask, pass, outcomes } = await measured(tenEach, FOUR);
    ask([1], { withinMs: 5 });
    await pass(0);
    expect(outcomes).toEqual(['1 DEADLINE_UNREACHABLE 1 at 2000']);
    await pass(11_000);
    ask([2], { withinMs: 11 });
    await pass(20);
    expect(outcomes[1]).toBe('2 answered at 13010');
  });

  it('does not wait in a batch for more until it is too late', async () => {
    const { ask, pass, sent, reports } = await measured(tenEach, { ...FOUR, maxWaitMs: 200 });
    ask([1], { withinMs: 100 });
    await pass(300);
    expect(sent).toEqual(['m 1 at 2085']);
    expect(reports).toMatchObject([{ reason: 'deadline' }]);
  });
});

describe('the time that a request will take', () => {
  it('is 0 where nothing was measured', () => {
    expect(timed(tenEach).expectedMs(1)).toBe(0);
  });

  it('is that of its own run where nothing waits', async () => {
    const { expectedMs } = await measured(tenEach, FOUR);
    expect([expectedMs(1), expectedMs(4)]).toEqual([10, 40]);
  });

  it('is that with what waits before it, what runs, and what lies ready', async () => {
    const { ask, pass, expectedMs } = await measured(tenEach, FOUR);
    for (let n = 0; n < 14; n++) ask([n]);
    await pass(25);
    // 15 of what runs, 40 of what lies ready, 40 of four that wait, and a run of the two others with it.
    expect([expectedMs(1), expectedMs(2), expectedMs(3)]).toEqual([15 + 40 + 40 + 30, 135, 145]);
  });

  it('counts what is said to come before it as if that waited', async () => {
    const { scheduler } = await measured(tenEach, FOUR);
    const call = patient();
    expect(
      [0, 1, 4, 9].map((coming) => scheduler.expectedMs('m', 's', 1, call, { coming, isIn: false })),
    ).toEqual([10, 20, 50, 100]);
  });

  it('is that of a run as large as they usually are, where others can come while it waits', async () => {
    const { ask, pass, expectedMs } = await measured(tenEach, FOUR);
    for (let n = 0; n < 40; n++) ask([n]);
    await pass(399);
    expect(expectedMs(1)).toBe(1 + 40);
    await pass(1);
    expect(expectedMs(1)).toBe(10);
  });

  it('is longer, the less alike the runs were', async () => {
    let ms = 10;
    const { ask, pass, expectedMs, scheduler } = timed({ m: () => ms });
    for (ms of [10, 20, 10, 20, 10]) {
      ask([1]);
      await pass(50);
    }
    // The moving average is 13, and 12 were lost or won on the average.
    expect(expectedMs(1)).toBeGreaterThan(20);
    // Whoever was let in is reckoned with the average.
    expect(Math.round(scheduler.expectedMs('m', 's', 1, patient(), { coming: 0, isIn: true }))).toBe(13);
  });

  it('is longer by the models that wait too', async () => {
    const { ask, pass, expectedMs } = await measured(
      { ...tenEach, other: (rows: number) => 10 * rows },
      FOUR,
    );
    for (let n = 0; n < 12; n++) ask([n]);
    for (let n = 0; n < 12; n++) ask([n], { model: 'other' });
    await pass(0);
    const alone = expectedMs(1);
    await pass(300);
    for (let n = 0; n < 12; n++) ask([n]);
    await pass(0);
    expect(alone).toBeGreaterThan(expectedMs(1));
  });
});

describe('a batch', () => {
  it('waits for more where its model says so, and no longer', async () => {
    const { ask, pass, sent, reports } = timed(tenEach, { ...FOUR, maxWaitMs: 20 });
    ask([1]);
    await pass(15);
    ask([2]);
    await pass(100);
    ask([3]);
    await pass(5);
    ask([4, 5, 6]);
    await pass(100);
    expect(sent).toEqual(['m 1,2 at 20', 'm 3,4,5,6 at 120']);
    expect(reports.map(({ reason }) => reason)).toEqual(['wait', 'full']);
  });

  it('is sent ahead when it is full, but not long, and one only', async () => {
    const { ask, pass, sent } = await measured(tenEach, FOUR);
    for (let n = 1; n <= 12; n++) ask([n]);
    await pass(80);
    expect(sent).toEqual([
      'm 1,2,3,4 at 2000',
      `m 5,6,7,8 at ${2040 - FULL_LEAD_MS}`,
      `m 9,10,11,12 at ${2080 - FULL_LEAD_MS}`,
    ]);
  });

  it('is else sent shortly before the end of the one that runs, and goes on forming until then', async () => {
    const { ask, pass, sent } = await measured(tenEach, FOUR);
    ask([1, 2, 3, 4]);
    await pass(1);
    ask([5]);
    await pass(30);
    ask([6]);
    await pass(30);
    expect(sent).toEqual(['m 1,2,3,4 at 2000', `m 5,6 at ${2040 - LEAD_MS}`]);
  });

  it('is else sent at the end where nothing tells when that will be', async () => {
    const { ask, pass, sent } = timed(tenEach, FOUR);
    ask([1, 2, 3]);
    await pass(1);
    ask([4]);
    await pass(50);
    expect(sent).toEqual(['m 1,2,3 at 0', 'm 4 at 30']);
  });

  it('that lay ready tells its own time, not that of the one before', async () => {
    const { ask, pass, expectedMs } = await measured(tenEach, FOUR);
    for (let n = 1; n <= 40; n++) ask([n]);
    await pass(1_000);
    expect(expectedMs(4)).toBe(40);
  });
});

describe('turns', () => {
  it('are taken by class, then by caller', async () => {
    const { ask, pass, sent } = timed({ m: () => 10 }, { maxBatchSize: 1 });
    ask([0]);
    await pass(1);
    ask([20], { priority: 'low' });
    ask([10], { by: 'b' });
    ask([11], { by: 'b' });
    ask([12], { by: 'c' });
    ask([1], { by: 'd', priority: 'high' });
    await pass(100);
    expect(sent.slice(1).map((text) => text.split(' ')[1])).toEqual(['1', '10', '12', '11', '20']);
  });

  it('of two models come to the same engine time, whatever their runs cost', async () => {
    const { ask, pass, engineMs } = await measured({ slow: () => 90, quick: () => 6 }, FOUR);
    const ended = performance.now() + 6_000;
    let n = 0;
    const asked: Record<string, number> = { slow: 0, quick: 0 };
    while (performance.now() < ended) {
      for (const [model, rows] of [
        ['slow', 1],
        ['quick', 3],
      ] as const) {
        for (let more = 0; more < rows; more++, asked[model]!++)
          ask([n++ % 1_000], { model, by: `caller ${n % 3}` });
      }
      await pass(6);
    }
    expect(engineMs.slow! / engineMs.quick!).toBeGreaterThan(0.85);
    expect(engineMs.slow! / engineMs.quick!).toBeLessThan(1.15);
  });
});
