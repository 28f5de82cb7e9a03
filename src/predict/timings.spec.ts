import { rounded, type Timings } from './timings.js';

const timings = (totalMs: number): Timings => ({
  decodeMs: 0,
  preprocessMs: 0.0004,
  queueMs: 0.0005,
  inferenceMs: 12,
  totalMs,
});

describe('timings', () => {
  it.each([
    [1.23456789, 1.235],
    [0.1 + 0.2, 0.3],
    [3_600_000.0004, 3_600_000],
  ])('of %d ms are sent to the microsecond: %d', (given, sent) => {
    expect(rounded(timings(given)).totalMs).toBe(sent);
  });

  it('keep every stage under its name, in the order of the line', () => {
    expect(rounded(timings(1))).toEqual({
      decodeMs: 0,
      preprocessMs: 0,
      queueMs: 0.001,
      inferenceMs: 12,
      totalMs: 1,
    });
    expect(Object.keys(rounded(timings(1)))).toEqual(Object.keys(timings(1)));
  });

  it('are a copy: what was measured stays', () => {
    const measured = timings(1.23456);
    rounded(measured);
    expect(measured.totalMs).toBe(1.23456);
  });
});
