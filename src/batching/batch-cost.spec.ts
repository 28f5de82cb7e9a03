import { BatchCost, TRUST_MS } from './batch-cost.js';

/** `1:10 8:40`: rows and ms of what was measured, in its order, at the time 0. */
function costOf(measured: string): BatchCost {
  const cost = new BatchCost();
  for (const entry of measured.split(' ').filter(Boolean)) {
    const [rows, ms] = entry.split(':').map(Number) as [number, number];
    cost.measured(rows, ms, 0);
  }
  return cost;
}

describe('the cost of a batch', () => {
  it.each<[string, number, number | undefined, string]>([
    ['', 1, undefined, 'is not known before anything was measured'],
    ['4:20', 4, 20, 'is what was measured'],
    ['4:20 4:40', 4, 25, 'moves towards the newest measurement'],
    ['8:40 1:10', 1, 10, 'is kept by size, whatever came first'],
    ['1:10 8:80', 3, 30, 'is between those of the next sizes'],
    ['1:10 4:16 8:40', 6, 28, 'is between those of the next sizes, not of others'],
    ['8:40', 2, 10, 'of less than was measured is a part of it'],
    ['8:40', 16, 40, 'of more than the one size measured is at least as much'],
    ['1:10 5:30', 9, 50, 'of more than was measured goes on as it rose'],
    ['1:40 5:30', 9, 30, 'of more than was measured is no less'],
    ['1:0 5:30', 10, 60, 'of more than was measured rises no more than with its rows'],
    ['1:10 2000:9', 2000, 10, 'is not remembered for sizes that only single requests have'],
  ])('(%s) of %d rows is %p: it %s', (measured, rows, expected) => {
    expect(costOf(measured).expectedMs(rows, 0)).toEqual(expected);
  });

  it.each([
    ['4:20 4:20 4:20', 1, 'what was measured, where that is always the same'],
    ['4:20 4:30', 1 + 5 / 22.5, 'more, the more the measurements differ'],
    ['4:30 4:20', 1 + 5 / 27.5, 'more, whether they become more or less'],
    ['1:10 8:30', 1, 'what was measured, where the sizes differ and nothing else'],
  ])('(%s) is to be taken as %d times: %s', (measured, times) => {
    expect(costOf(measured).caution).toBeCloseTo(times);
  });

  it('is not thought to be many times that of the one slow run among quick ones', () => {
    const cost = costOf('1:0.1 1:0.1 1:0.1 1:400');
    expect(cost.expectedMs(1, 0)! * cost.caution).toBeLessThan(400);
  });

  it('is not known any more a while after the last measurement, until the next', () => {
    const cost = costOf('2:10');
    expect(cost.expectedMs(2, TRUST_MS)).toBe(10);
    expect(cost.expectedMs(2, TRUST_MS + 1)).toBeUndefined();
    cost.measured(2, 30, TRUST_MS + 1);
    expect(cost.expectedMs(2, TRUST_MS + 1)).toBe(15);
  });
});
