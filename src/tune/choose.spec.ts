import { choose, keepsUp } from './choose.js';
import type { Point } from './point.js';

const NOISE = [0.99, 1.01, 1, 1.005, 0.995];

/** A point whose rounds lie within 1 % of its rate; a batch takes as long as the rate says. */
function point(batchSize: number, rate: number, threads = 4): Point {
  return {
    threads,
    batchSize,
    rates: NOISE.map((factor) => rate * factor),
    msPerBatch: (1000 * batchSize) / rate,
  };
}

function chosen(points: readonly Point[], latencyMs = 200): string {
  const choice = choose(points, latencyMs);
  if (!choice) return 'none';
  const { point: best, inTime } = choice;
  return `${best.batchSize} at a time, ${best.threads} threads${inTime ? '' : ', too late'}`;
}

describe('the choice', () => {
  it.each<[string, Point[], string]>([
    ['the only one', [point(1, 100)], '1 at a time, 4 threads'],
    ['the fastest', [point(1, 100), point(2, 150), point(4, 210)], '4 at a time, 4 threads'],
    [
      'the smallest within 3 % of the fastest',
      [point(1, 100), point(2, 195), point(4, 198), point(8, 200)],
      '2 at a time, 4 threads',
    ],
    [
      'not one that is 5 % slower',
      [point(1, 100), point(2, 190), point(4, 200), point(8, 195)],
      '4 at a time, 4 threads',
    ],
    [
      'none whose batch takes longer than is allowed',
      [point(4, 60), point(8, 80), point(16, 90), point(32, 120)],
      '16 at a time, 4 threads',
    ],
    [
      'the quickest where every batch takes too long',
      [point(1, 2), point(2, 3)],
      '1 at a time, 4 threads, too late',
    ],
    [
      'the fewest threads that keep up',
      [point(8, 200, 1), point(8, 203, 2), point(8, 204, 4)],
      '8 at a time, 1 threads',
    ],
    [
      'more threads where they gain',
      [point(8, 200, 1), point(8, 300, 2), point(8, 301, 4)],
      '8 at a time, 2 threads',
    ],
    [
      'a smaller batch with more threads before a larger one with fewer',
      [point(4, 200, 4), point(8, 201, 2), point(4, 120, 2)],
      '4 at a time, 4 threads',
    ],
    ['nothing of nothing', [], 'none'],
  ])('is %s', (_, points, expected) => {
    expect(chosen(points)).toBe(expected);
  });

  it('does not depend on the order of the points', () => {
    const points = [point(1, 100), point(2, 195), point(4, 198), point(8, 200), point(8, 199, 1)];
    for (let turn = 0; turn < points.length; turn++) {
      const turned = [...points.slice(turn), ...points.slice(0, turn)];
      expect(chosen(turned)).toBe('2 at a time, 4 threads');
      expect(chosen(turned.toReversed())).toBe('2 at a time, 4 threads');
    }
  });
});

describe('a point keeps up', () => {
  const of = (...rates: number[]): Point => ({ threads: 1, batchSize: 1, rates, msPerBatch: 1 });

  it.each<[string, Point, Point, boolean]>([
    ['with a gain of 3 %', of(100, 100, 100, 100, 100), of(103, 103, 103, 103, 103), true],
    ['not with a gain of 10 % in every round', of(100, 50, 100, 20, 100), of(110, 55, 110, 22, 110), false],
    ['not with a gain in all rounds but one', of(100, 100, 100, 100, 100), of(120, 118, 60, 121, 119), false],
    [
      'with a gain that differs more than it is',
      of(100, 100, 100, 100, 100),
      of(110, 130, 80, 105, 90),
      true,
    ],
    [
      'not with a gain larger than it differs',
      of(100, 100, 100, 100, 100),
      of(150, 160, 150, 120, 90),
      false,
    ],
    [
      'not with three times as much, however it differs',
      of(40, 40, 40, 40, 40),
      of(76, 80, 120, 240, 320),
      false,
    ],
    ['with one that is slower', of(100, 100, 100, 100, 100), of(90, 90, 90, 90, 90), true],
    ['with itself', of(100, 90, 80, 70, 60), of(100, 90, 80, 70, 60), true],
    ['with a gain of 10 % in the only round: no', of(100), of(110), false],
  ])('%s', (_, one, other, expected) => {
    expect(keepsUp(one, other)).toBe(expected);
  });
});
