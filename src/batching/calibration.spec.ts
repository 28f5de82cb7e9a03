import { Calibration } from './calibration.js';
import { type Answered, Simulation } from './simulation.fixture.js';

/** Of `model`, from `from` on: by how much forecasts were too high, as a multiple; the middle one, and one in twenty. */
function ratios(answered: readonly Answered[], model: string, from: number, to = Infinity): [number, number] {
  const sorted = answered
    .filter((one) => one.model === model && one.at >= from && one.at < to)
    .map(({ forecastMs, ms }) => forecastMs / ms)
    .toSorted((a, b) => a - b);
  expect(sorted.length).toBeGreaterThan(50);
  return [sorted[sorted.length >> 1]!, sorted[Math.floor(sorted.length * 0.95)]!];
}

/** A model whose callers send more than it can do for a while, and again, and others of which each has a small request now and then. */
function load(simulation: Simulation, others: readonly string[], until: number): void {
  let id = 0;
  for (let at = 0; at < until; at += 2) {
    // Five seconds of it are more than can be done, three are less, so that it never stops.
    const every = at % 8000 < 5000 ? 4 : 10;
    if (at % every === 0)
      simulation.ask({
        id: id++,
        model: 'busy',
        caller: `c${id % 7}`,
        priority: 'normal',
        rows: 1,
        kind: 'x',
        at,
      });
    const other = others[(at / 2) % 40];
    if (other !== undefined)
      simulation.ask({ id: id++, model: other, caller: 'o', priority: 'normal', rows: 1, kind: 'x', at });
  }
  simulation.runUntil(until);
}

describe('what requests are told to wait', () => {
  const OTHERS = ['a', 'b', 'c', 'd', 'e'];

  it.each([1, 2])(
    'is what they wait, with %d slots, though other models have something in between',
    (slots) => {
      const costs = Object.fromEntries(OTHERS.map((name) => [name, () => 1]));
      const simulation = new Simulation(
        { busy: (rows) => (2 + 4 * rows) * slots, ...costs },
        { maxBatchSize: 4 },
        slots,
        true,
      );
      load(simulation, OTHERS, 32_000);
      const [middle, high] = ratios(simulation.answered, 'busy', 10_000);
      expect(middle).toBeGreaterThan(0.5);
      expect(middle).toBeLessThan(1.5);
      expect(high).toBeLessThan(2.5);
    },
  );

  it('is that again soon after the machine has become half as fast', () => {
    let speed = 1;
    const costs = Object.fromEntries(OTHERS.map((name) => [name, () => 1 / speed]));
    const simulation = new Simulation(
      { busy: (rows) => (2 + 2.5 * rows) / speed, ...costs },
      { maxBatchSize: 4 },
      1,
      true,
    );
    const slower = (): void => void (speed = 0.5);
    load(simulation, OTHERS, 24_000);
    slower();
    let id = 1e6;
    for (let at = 24_002; at < 60_000; at += 2) {
      if (at % (at % 8000 < 5000 ? 6 : 12) === 0)
        simulation.ask({
          id: id++,
          model: 'busy',
          caller: `c${id % 7}`,
          priority: 'normal',
          rows: 1,
          kind: 'x',
          at,
        });
      const other = OTHERS[(at / 2) % 40];
      if (other !== undefined)
        simulation.ask({ id: id++, model: other, caller: 'o', priority: 'normal', rows: 1, kind: 'x', at });
    }
    simulation.runUntil(60_000);
    const [middle, high] = ratios(simulation.answered, 'busy', 27_000);
    expect(middle).toBeGreaterThan(0.5);
    expect(middle).toBeLessThan(1.5);
    expect(high).toBeLessThan(2.5);
  });
});

describe('the part of a reckoned wait that requests did wait', () => {
  const told = { queuedMs: 800, restMs: 50 };

  it('is learnt from those that were answered, and forgotten when nobody was for a while', () => {
    const calibration = new Calibration();
    expect(calibration.factor(0)).toBe(1);
    for (let answer = 1; answer <= 60; answer += 1) calibration.came(told, 150, answer);
    expect(calibration.factor(60)).toBeGreaterThan(1 / 8);
    expect(calibration.factor(60)).toBeLessThan(1 / 4);
    expect(calibration.factor(11_000)).toBe(1);
    calibration.came(told, 850, 11_000);
    expect(calibration.factor(11_000)).toBe(1);
  });

  it('is never more than the whole, nor nothing, and says nothing where nobody was before', () => {
    const calibration = new Calibration();
    for (let answer = 0; answer < 200; answer += 1) calibration.came(told, 10_000, 1);
    expect(calibration.factor(1)).toBe(1);
    for (let answer = 0; answer < 200; answer += 1) calibration.came(told, 1, 1);
    expect(calibration.factor(1)).toBe(1 / 16);
    calibration.came({ queuedMs: 0, restMs: 5 }, 5000, 20_000);
    expect(calibration.factor(20_000)).toBe(1);
  });
});
