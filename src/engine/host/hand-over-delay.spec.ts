import { handOverDelayMs } from './hand-over-delay.js';

const NOW = 10_000_000;
const MINUTE = 60_000;

describe('a hand-over waits', () => {
  it.each([
    [0, 'not at all when the last one was a minute ago', { lastAt: NOW - MINUTE, failures: 0 }],
    [1, 'until it was', { lastAt: NOW - MINUTE + 1, failures: 0 }],
    [MINUTE, 'a minute right after the last one', { lastAt: NOW, failures: 0 }],
    [2 * MINUTE, 'two right after one that failed', { lastAt: NOW, failures: 1 }],
    [
      7 * MINUTE,
      'eight after three of these, of which one has passed',
      { lastAt: NOW - MINUTE, failures: 3 },
    ],
    [60 * MINUTE, 'an hour at most', { lastAt: NOW, failures: 30 }],
    [0, 'not at all after so many, when that hour is over', { lastAt: NOW - 60 * MINUTE, failures: 30 }],
    [60 * MINUTE, 'an hour at most, however many failed', { lastAt: NOW, failures: 5_000 }],
  ])('%d ms: %s', (delay, _, handOvers) => {
    expect(handOverDelayMs(handOvers, NOW, MINUTE)).toBe(delay);
  });

  it('as long as it is told, if that is more than an hour', () => {
    expect(handOverDelayMs({ lastAt: NOW, failures: 2 }, NOW, 90 * MINUTE)).toBe(90 * MINUTE);
  });
});
