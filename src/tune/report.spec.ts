import { durationText, threeDigits } from './format.js';
import type { Point } from './point.js';
import { jsonOf, noiseWarning, tableOf, threadsAdvice, verdictOf } from './report.js';
import type { Tuning } from './tuning.js';

const point = (threads: number, batchSize: number, rate: number, noise = 0.01): Point => ({
  threads,
  batchSize,
  rates: [-2, -1, 0, 1, 2].map((step) => rate * (1 + step * noise)),
  msPerBatch: (1000 * batchSize) / rate,
});

function tuning(points: readonly Point[], chosen: number, changes: Partial<Tuning> = {}): Tuning {
  return {
    model: 'flowers',
    version: 3,
    measuredAt: new Date('2026-03-04T05:06:07Z'),
    machine: { processor: 'P', cores: 2, device: 'cpu' },
    software: { engine: 'tensorflow 2.20.0', node: '20.20.2', tensornest: '0.1.0' },
    rounds: 5,
    sliceMs: 2000,
    latencyMs: 200,
    rows: 'pictures',
    side: undefined,
    points,
    choice: { point: points[chosen]!, inTime: true },
    ...changes,
  };
}

const two = tuning([point(1, 1, 60), point(2, 1, 117), point(2, 8, 212)], 2);

describe('the report', () => {
  it('is a table of what was measured', () => {
    expect(tableOf(two).split('\n')).toEqual([
      'pictures/s (the middle half of 5 rounds), ms per batch',
      '',
      'at a time   1 thread                     2 threads',
      '1           60 (59.4 to 60.6), 16.7 ms   117 (116 to 118), 8.55 ms',
      '8           -                            212 (210 to 214), 37.7 ms',
    ]);
  });

  it('says what was chosen', () => {
    expect(verdictOf(two)).toBe('flowers/3: 8 at a time give 212 pictures/s (1 at a time: 117)');
    expect(verdictOf(tuning([point(1, 1, 4)], 0))).toBe('flowers/3: 1 at a time gives 4 pictures/s');
    const late = tuning([point(1, 1, 4)], 0, { choice: { point: point(1, 1, 4), inTime: false } });
    expect(verdictOf(late)).toBe(
      'flowers/3: 1 at a time gives 4 pictures/s, although even that takes 250 ms, longer than the 200 ms allowed',
    );
  });

  it('says which number of threads is better than the one that is set', () => {
    const fewer = tuning([point(1, 8, 212), point(2, 8, 210)], 0);
    expect(threadsAdvice(fewer, 2)).toBe('With 1 thread it is 212 pictures/s (2 threads: 210)');
    expect(threadsAdvice(fewer, 1)).toBeUndefined();
    expect(threadsAdvice(tuning([point(1, 8, 212)], 0), 2)).toBeUndefined();
  });

  it('warns where the rounds differ much', () => {
    expect(noiseWarning(two)).toBeUndefined();
    expect(noiseWarning(tuning([point(1, 1, 60, 0.2)], 0))).toContain('The rounds differ by 50 %');
  });

  it('is written for programs too', () => {
    expect(JSON.parse(jsonOf(two))).toMatchObject({
      model: 'flowers',
      measuredAt: '2026-03-04T05:06:07.000Z',
      chosen: { batchSize: 8, threads: 2, inTime: true },
      points: [{ threads: 1, batchSize: 1, perSecond: 60, msPerBatch: 16.667 }, {}, {}],
    });
  });

  it.each([
    [0.01234, '0.0123'],
    [1.5, '1.5'],
    [12.34, '12.3'],
    [99.97, '100'],
    [1234.5, '1235'],
  ])('writes %d as %s', (number, text) => {
    expect(threeDigits(number)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [44_100, '45 s'],
    [60_000, '1 min'],
    [119_000, '2 min'],
    [201_000, '3 min 20 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
