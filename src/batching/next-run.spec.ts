import type { Priority } from '../turns/call.js';
import type { BatchingRules } from './batching.js';
import type { Line, Waiting } from './form-batch.js';
import { FULL_LEAD_MS, type SlotState, LEAD_MS, nextRun, SLACK_MS, type WaitingLane } from './next-run.js';
import { rulesWith } from './scheduler.fixture.js';

const NOW = 1_000;

interface LaneText extends Partial<BatchingRules> {
  readonly name?: string;
  readonly rows: readonly number[];
  readonly kind?: string | null;
  readonly arrived?: number;
  readonly priority?: Priority;
  readonly deadline?: number;
  readonly modelTag?: number;
  readonly costMs?: number;
}

interface NamedLane extends WaitingLane<Waiting> {
  readonly name: string;
}

/** A lane in which one caller waits, or nobody. */
function lane(text: LaneText): NamedLane {
  const { name = 'm', rows, kind = 'k', arrived = NOW, priority = 'normal', deadline = Infinity } = text;
  const { modelTag = 0, costMs, ...rules } = text;
  const requests = rows.map((count, index) => ({
    turn: { caller: 'a', priority, arrived, tag: index },
    kind,
    rows: count,
    deadline,
  }));
  const lines = new Map<string, Line<Waiting>>();
  if (requests.length > 0) lines.set('a', { servedAt: -Infinity, requests });
  return {
    name,
    rules: rulesWith({ maxBatchSize: rules.maxBatchSize ?? 8, maxWaitMs: rules.maxWaitMs ?? 0 }),
    lines,
    rows: rows.reduce((sum, count) => sum + count, 0),
    loners: kind === null ? rows.length : 0,
    modelTag,
    expectedMs: () => costMs,
  };
}

const free: SlotState = { runs: 0, mostRuns: 2, endsAt: -Infinity };
const running = (endsIn: number): SlotState => ({ runs: 1, mostRuns: 2, endsAt: NOW + endsIn });
const loaded: SlotState = { runs: 2, mostRuns: 2, endsAt: NOW + 1 };
const single = (endsIn: number): SlotState => ({ runs: 1, mostRuns: 1, endsAt: NOW + endsIn });

/** What was decided, in short: lane, rows and reason, or for how long to wait. */
function decide(lanes: readonly NamedLane[], slots: readonly SlotState[]): string {
  const next = nextRun<Waiting, NamedLane>(lanes, slots, NOW);
  if ('waitUntil' in next) return `wait ${next.waitUntil - NOW}`;
  return `${next.run.name} ${next.requests.map(({ rows }) => rows).join('+')} ${next.reason}`;
}

const full = [1, 1, 1, 1, 1, 1, 1, 1, 1];
const FULL = 'm 1+1+1+1+1+1+1+1 full';

describe('what runs next', () => {
  it.each<[string, LaneText, SlotState[], string]>([
    ['is nothing where nothing waits', { rows: [] }, [free], 'wait Infinity'],
    ['begins at once where an engine is free', { rows: [1, 2] }, [free], 'm 1+2 idle'],
    ['is full where all that fits waits', { rows: full }, [free], FULL],
    ['is full where it cannot be joined', { rows: [1], kind: null }, [free], 'm 1 full'],
    ['is sent to a slot that still runs, if full', { rows: full }, [running(FULL_LEAD_MS)], FULL],
    [
      'is not sent so long before that, full or not',
      { rows: full },
      [running(50)],
      `wait ${50 - FULL_LEAD_MS}`,
    ],
    ['is not where nothing tells how long it runs', { rows: full }, [running(Infinity)], 'wait Infinity'],
    ['is else not', { rows: [1] }, [running(50)], `wait ${50 - LEAD_MS}`],
    ['is else not, for ever where the end is not known', { rows: [1] }, [running(Infinity)], 'wait Infinity'],
    ['is sent if the slot is about to end', { rows: [1] }, [running(LEAD_MS)], 'm 1 idle'],
    ['is sent if the slot should have ended', { rows: [1] }, [running(-9)], 'm 1 idle'],
    ['is not sent to a slot that has one ready', { rows: full }, [loaded], 'wait Infinity'],
    ['is not sent ahead where no slot takes that', { rows: full }, [single(1)], 'wait Infinity'],
    ['is sent where one of several is free', { rows: [1] }, [loaded, free], 'm 1 idle'],
    ['is sent where one of several is about to end', { rows: [1] }, [running(50), running(1)], 'm 1 idle'],
  ])('%s', (_, waiting, slots, decided) => {
    expect(decide([lane(waiting)], slots)).toBe(decided);
  });

  it.each<[string, LaneText, SlotState[], string]>([
    ['waits for more', { rows: [1], arrived: NOW - 3 }, [free], 'wait 7'],
    ['does not where it is full', { rows: full }, [free], FULL],
    ['does not where it has waited', { rows: [1], arrived: NOW - 10 }, [free], 'm 1 wait'],
    ['waits no less where the slot is busy', { rows: [1], arrived: NOW - 3 }, [running(1)], 'wait 7'],
    ['and then for the slot', { rows: [1], arrived: NOW - 10 }, [running(6)], `wait ${6 - LEAD_MS}`],
    [
      'waits no longer than its deadline lets',
      { rows: [1], costMs: 20, deadline: NOW + 24 + SLACK_MS },
      [free],
      'wait 4',
    ],
    ['begins when it must', { rows: [1], costMs: 20, deadline: NOW + 20 + SLACK_MS }, [free], 'm 1 deadline'],
    ['waits where no cost is known', { rows: [1], deadline: NOW + 7 + SLACK_MS }, [free], 'wait 7'],
  ])('with maxWaitMs %s', (_, waiting, slots, decided) => {
    expect(decide([lane({ ...waiting, maxWaitMs: 10 })], slots)).toBe(decided);
  });

  it.each<[string, LaneText, LaneText]>([
    ['the more urgent class', { rows: [1], priority: 'high', modelTag: 9 }, { rows: [1], arrived: 500 }],
    [
      'the more urgent class in effect',
      { rows: [1], priority: 'low', arrived: NOW - 2_100 },
      { rows: [1], arrived: NOW - 900 },
    ],
    ['the model that used less engine time', { rows: [1], modelTag: 1 }, { rows: full, modelTag: 2 }],
    ['of equals the oldest request', { rows: [1], arrived: NOW - 2 }, { rows: full, arrived: NOW - 1 }],
    ['what may run', { rows: [1], modelTag: 5 }, { rows: [1], maxWaitMs: 10 }],
  ])('is, of several lanes, that with %s', (_, first, second) => {
    const lanes = [lane({ ...second, name: 'other' }), lane({ ...first, name: 'm' })];
    expect(decide(lanes, [free])).toMatch(/^m /);
    expect(decide(lanes.toReversed(), [free])).toMatch(/^m /);
  });

  it('is not the full batch of a lane whose turn it is not: the place is kept for the other', () => {
    const lanes = [lane({ rows: [1], name: 'first' }), lane({ rows: full, modelTag: 9 })];
    expect(decide(lanes, [running(50)])).toBe(`wait ${50 - LEAD_MS}`);
    expect(decide(lanes, [running(LEAD_MS)])).toBe('first 1 idle');
  });

  it('is a full batch where the lane whose turn it would be waits for more', () => {
    const lanes = [lane({ rows: [1], name: 'first', maxWaitMs: 10 }), lane({ rows: full, modelTag: 9 })];
    expect(decide(lanes, [running(FULL_LEAD_MS)])).toBe(FULL);
  });

  it('is not a lane with rows enough for a full batch that has them in kinds', () => {
    const mixed = lane({ rows: [4, 4], maxWaitMs: 10 });
    const [one, other] = mixed.lines.get('a')!.requests;
    const lines = new Map([['a', { servedAt: 0, requests: [one!, { ...other!, kind: 'other' }] }]]);
    expect(decide([{ ...mixed, lines }], [free])).toBe('wait 10');
    expect(decide([{ ...mixed, lines }, lane({ rows: [1], name: 'next' })], [free])).toBe('next 1 idle');
  });
});
