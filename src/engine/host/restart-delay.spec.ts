import { restartDelayMs } from './restart-delay.js';

const NOW = 1_000_000;
/** Crashes that happened so many ms ago. */
const ago = (...ages: number[]) => ages.map((age) => NOW - age);

describe('an engine host that crashed is started again', () => {
  it.each([
    [0, 'at once after a first crash', ago(0)],
    [200, 'after 200 ms when it was the second within a minute', ago(30_000, 0)],
    [1_000, 'after 1 s when it was the third', ago(50_000, 30_000, 0)],
    [3_000, 'after 3 s when it was the fourth', ago(50_000, 30_000, 1, 0)],
    [10_000, 'after 10 s when it was the fifth', ago(4, 3, 2, 1, 0)],
    [10_000, 'after 10 s at most, however many there were', Array.from({ length: 100 }, () => NOW)],
    [0, 'at once when the crash before was a minute ago', ago(60_000, 0)],
    [200, 'after 200 ms when it was almost a minute ago', ago(59_999, 0)],
    [0, 'at once when nothing is known of any crash', []],
  ])('in %d ms: %s', (delay, _, crashes) => {
    expect(restartDelayMs(crashes, NOW)).toBe(delay);
  });
});
