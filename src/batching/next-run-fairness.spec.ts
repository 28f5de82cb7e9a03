import { PRIORITIES, type Priority } from '../turns/call.js';
import { generator } from './scheduler.fixture.js';
import { type Asked, Simulation } from './simulation.fixture.js';

const MAX = 8;

/** Many requests at random times, by model, caller, class, kind and rows. */
function crowd(seed: number, count: number): Asked[] {
  const below = generator(seed);
  let at = 0;
  return Array.from({ length: count }, (_, id) => {
    at += below(4);
    return {
      id,
      at,
      model: 'ab'[below(2)]!,
      caller: `caller ${below(5)}`,
      priority: PRIORITIES[below(3)]!,
      rows: below(20) === 0 ? MAX + 1 + below(3) : below(6),
      kind: below(10) === 0 ? null : 'kl'[below(2)]!,
    };
  });
}

describe('what runs, whoever asks for what', () => {
  it.each([1, 2])('keeps its promises with %d slots', (slots) => {
    for (let seed = 1; seed <= 20; seed++) {
      const asked = crowd(seed, 300);
      const simulation = new Simulation({ a: (rows) => 2 + rows, b: (rows) => 1 + 3 * rows }, {}, slots);
      for (const request of asked) simulation.ask(request);
      simulation.runUntil(1e6);
      expect(broken(asked, simulation)).toEqual([]);
    }
  });
});

/** Which promises were broken. */
function broken(asked: readonly Asked[], { began }: Simulation): string[] {
  const ran = began.flatMap(({ ids }) => ids);
  const lanes = new Map<string, Asked[]>();
  for (const { id, ...rest } of ran.map((index) => asked[index]!)) {
    const key = `${rest.model} ${rest.caller}`;
    lanes.set(key, [...(lanes.get(key) ?? []), { id, ...rest }]);
  }
  const promises = {
    'every request runs exactly once': new Set(ran).size === asked.length && ran.length === asked.length,
    'nobody overtakes within a line': [...lanes.values()].every((line) =>
      line.every(({ id }, index) => index === 0 || line[index - 1]!.id < id),
    ),
    'at most the maximum, or one alone': began.every(({ rows, ids }) => rows <= MAX || ids.length === 1),
    'only one kind, or one alone': began.every(
      ({ ids }) => ids.length === 1 || ids.every((id) => asked[id]!.kind === (asked[ids[0]!]!.kind ?? '')),
    ),
    'nobody of another model': began.every(({ ids, model }) => ids.every((id) => asked[id]!.model === model)),
  };
  return Object.entries(promises).flatMap(([promise, kept]) => (kept ? [] : [promise]));
}

interface Flood {
  readonly model: string;
  /** So many callers, each of whom has always so many waiting. */
  readonly callers: number;
  readonly depth: number;
  readonly priority: Priority;
  /** Whether each of its callers asks once, and another comes in its place. */
  readonly once?: boolean;
}

/** How long, in ms, somebody waits who comes in the middle of floods that never end. */
function waitAmong(
  floods: readonly Flood[],
  late: Pick<Asked, 'model' | 'priority' | 'rows'>,
  costs: Readonly<Record<string, (rows: number) => number>>,
): number {
  const simulation = new Simulation(costs);
  let id = 0;
  const pour = (): void => {
    for (const { model, callers, depth, priority, once } of floods) {
      for (let n = simulation.waiting(model); n < callers * depth; n++) {
        const caller = once ? `once ${id}` : `${model} ${id % callers}`;
        simulation.ask({ id: id++, model, caller, priority, rows: 1, kind: 'k', at: simulation.now });
      }
    }
  };
  const step = (ms: number): void => {
    for (const end = simulation.now + ms; simulation.now < end;) {
      simulation.runUntil(simulation.now + 5);
      pour();
    }
  };
  pour();
  step(3_000);
  const mine = id++;
  const at = simulation.now;
  simulation.ask({ id: mine, caller: 'late', kind: 'k', at, ...late });
  while (simulation.now < at + 20_000) {
    step(50);
    const run = simulation.began.findLast(({ ids }) => ids.includes(mine));
    if (run) return run.at - at;
  }
  return Infinity;
}

describe('somebody who comes into a flood', () => {
  const tenEach = { m: (rows: number) => 10 * rows };
  const flood = (priority: Priority): Flood => ({ model: 'm', callers: 1, depth: 256, priority });

  it.each<[string, readonly Flood[], Priority, number]>([
    ['of its own class by one caller waits for what was sent', [flood('normal')], 'normal', 160],
    ['of its own class by ten callers waits no longer', [{ ...flood('normal'), callers: 10 }], 'normal', 240],
    ['of a lower class waits for what was sent', [flood('low')], 'high', 160],
    ['of a higher class waits until it counts as one of that', [flood('high')], 'normal', 1_000 + 160],
    ['of a class still higher waits for both', [flood('high')], 'low', 2_000 + 160],
    [
      'of callers that each ask once waits for those before it',
      [{ ...flood('high'), once: true }],
      'high',
      2_560 + 160,
    ],
    [
      'of two classes waits as among the higher',
      [flood('high'), { ...flood('normal'), callers: 3 }],
      'low',
      2_000 + 240,
    ],
  ])('%s', (_, floods, priority, most) => {
    expect(waitAmong(floods, { model: 'm', priority, rows: 1 }, tenEach)).toBeLessThanOrEqual(most);
  });

  it('of another model waits for what was sent', () => {
    const costs = { slow: (rows: number) => 40 * rows, quick: () => 2 };
    const floods = [{ ...flood('normal'), model: 'slow' }];
    const wait = waitAmong(floods, { model: 'quick', priority: 'normal', rows: 1 }, costs);
    expect(wait).toBeLessThanOrEqual(2 * 8 * 40);
  });

  it('with rows for a whole batch is not put off by those who ask for one', () => {
    const wait = waitAmong(
      [{ ...flood('normal'), callers: 10 }],
      { model: 'm', priority: 'normal', rows: 8 },
      tenEach,
    );
    expect(wait).toBeLessThanOrEqual(1_000 + 240);
  });
});

describe('two floods', () => {
  /** How much engine time each model was given, in ms. */
  function shares(costs: Readonly<Record<string, (rows: number) => number>>, priority: Priority = 'normal') {
    const simulation = new Simulation(costs);
    let id = 0;
    while (simulation.now < 20_000) {
      for (const model of Object.keys(costs)) {
        for (let n = simulation.waiting(model); n < 32; n++) {
          const caller = `caller ${id % 4}`;
          simulation.ask({ id: id++, model, caller, priority, rows: 1, kind: 'k', at: simulation.now });
        }
      }
      simulation.runUntil(simulation.now + 5);
    }
    const given: Record<string, number> = {};
    for (const { model, ms } of simulation.began) given[model] = (given[model] ?? 0) + ms;
    return given;
  }

  it('of two models get the same engine time, whatever their runs cost', () => {
    const { slow, quick } = shares({ slow: () => 200, quick: () => 5 });
    expect(slow! / quick!).toBeGreaterThan(0.9);
    expect(slow! / quick!).toBeLessThan(1.1);
  });

  it('of three models do so too', () => {
    const given = Object.values(shares({ slow: () => 80, quick: () => 5, middle: () => 30 }));
    expect(Math.max(...given) / Math.min(...given)).toBeLessThan(1.1);
  });

  it('of two callers of one model get the same rows, whoever asks for more', () => {
    const simulation = new Simulation({ m: (rows) => rows });
    const rows: Record<string, number> = { much: 0, little: 0 };
    let id = 0;
    const callers: string[] = [];
    while (simulation.now < 5_000) {
      for (const [caller, depth] of [
        ['much', 200],
        ['little', 20],
      ] as const) {
        const asked = callers.filter((name) => name === caller).length;
        for (let n = asked - rows[caller]!; n < depth; n++) {
          callers[id] = caller;
          simulation.ask({
            id: id++,
            model: 'm',
            caller,
            priority: 'normal',
            rows: 1,
            kind: 'k',
            at: simulation.now,
          });
        }
      }
      simulation.runUntil(simulation.now + 8);
      for (const caller of Object.keys(rows)) rows[caller] = 0;
      for (const { ids } of simulation.began) for (const ran of ids) rows[callers[ran]!]! += 1;
    }
    expect(rows.much! / rows.little!).toBeCloseTo(1, 1);
  });
});
