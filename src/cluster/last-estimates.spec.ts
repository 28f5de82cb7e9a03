import { LastEstimates } from './last-estimates.js';

describe('what a request was last said to take', () => {
  it.each([
    ['is what it was, at once', 0, 2, 100],
    ['is less by the time that passed', 30, 2, 70],
    ['is at some time nothing', 130, 2, 0],
    ['holds for more rows too', 30, 9, 70],
    ['does not hold for fewer rows', 0, 1, 0],
  ])('%s', (_, after, rows, ms) => {
    const estimates = new LastEstimates();
    estimates.told('a', { rows: 2, ms: 100 }, 1000);
    expect(estimates.leastMs('a', rows, 1000 + after)).toBe(ms);
    expect(estimates.leastMs('b', rows, 1000 + after)).toBe(0);
  });

  it('is what was said last', () => {
    const estimates = new LastEstimates();
    estimates.told('a', { rows: 1, ms: 100 }, 0);
    estimates.told('a', { rows: 1, ms: 20 }, 0);
    expect(estimates.leastMs('a', 1, 0)).toBe(20);
    estimates.told('a', { rows: 1, ms: 0 }, 0);
    expect(estimates.leastMs('a', 1, 0)).toBe(0);
  });

  it('is remembered of so many at most', () => {
    const estimates = new LastEstimates();
    for (let caller = 0; caller < 5_000; caller++)
      estimates.told(`caller ${caller}`, { rows: 1, ms: 100 }, 0);
    expect(estimates.leastMs('caller 0', 1, 0)).toBe(0);
    expect(estimates.leastMs('caller 4999', 1, 0)).toBe(100);
  });
});
