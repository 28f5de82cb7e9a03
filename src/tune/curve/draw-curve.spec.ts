import type { Point } from '../point.js';
import type { Tuning } from '../tuning.js';
import { drawCurve } from './draw-curve.js';

const point = (threads: number, batchSize: number, rate: number): Point => ({
  threads,
  batchSize,
  rates: [0.98, 0.99, 1, 1.01, 1.02].map((factor) => rate * factor),
  msPerBatch: (1000 * batchSize) / rate,
});

const points = [point(1, 1, 60), point(1, 2, 70), point(2, 1, 100), point(2, 2, 120)];
const tuning: Tuning = {
  model: 'flowers',
  version: 3,
  measuredAt: new Date('2026-03-04T05:06:07Z'),
  machine: { processor: 'Processor <X> & Co', cores: 2, device: 'cpu' },
  software: { engine: 'tensorflow 2.20.0', node: '20.20.2', tensornest: '0.1.0' },
  rounds: 5,
  sliceMs: 2000,
  latencyMs: 20,
  rows: 'pictures',
  side: undefined,
  points,
  choice: { point: points[3]!, inTime: true },
};

/** All text that stands between tags. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/>([^<>]+)</g)].map(([, found]) => found!);
}

describe('the curve', () => {
  const svg = drawCurve(tuning);
  const texts = textsOf(svg);

  it('has every number that was measured', () => {
    expect(texts).toEqual(
      expect.arrayContaining([
        '1 thread, 1 at a time: 60 pictures/s (59.4 to 60.6)',
        '1 thread, 2 at a time: 70 pictures/s (69.3 to 70.7)',
        '2 threads, 1 at a time: 100 pictures/s (99 to 101)',
        '2 threads, 2 at a time: 120 pictures/s (119 to 121)',
        '1 thread, 2 at a time: 28.6 ms per batch',
        '2 threads, 2 at a time: 16.7 ms per batch',
      ]),
    );
  });

  it('says what was chosen, what the axes are, and with what it was measured', () => {
    expect(texts).toEqual(
      expect.arrayContaining([
        'flowers/3: pictures per second by batch size',
        'chosen: 2 at a time, 2 threads: 120 pictures/s, 16.7 ms per batch',
        'pictures per second',
        'ms per batch',
        'batch size (pictures in one run)',
        'longest allowed: 20 ms',
        'Processor &lt;X&gt; &amp; Co, 2 cores, cpu; tensorflow 2.20.0, Node 20.20.2, Tensornest 0.1.0; 2026-03-04',
      ]),
    );
  });

  it('is well-formed, and every number in it is one', () => {
    const tags = [...svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gi)].filter(([, , , single]) => single === '');
    const open: string[] = [];
    const wrong = tags.filter(([, end, name]) => (end ? open.pop() !== name : open.push(name!) === 0));
    expect([wrong, open]).toEqual([[], []]);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has a line in both panels for each number of threads, of its own colour and dashes', () => {
    const lines = [...svg.matchAll(/<path [^>]*stroke-linejoin[^>]*>/g)].map(([line]) => line);
    expect(lines).toHaveLength(4);
    const styles = lines.map((line) =>
      /stroke="(\S+)" .*stroke-dasharray="([^"]+)"/.exec(line)!.slice(1).join(),
    );
    expect(new Set(styles).size).toBe(2);
  });

  it('can be drawn of a single point', () => {
    const one = drawCurve({ ...tuning, points: [points[0]!], choice: { point: points[0]!, inTime: false } });
    expect(one).not.toMatch(/NaN|Infinity|undefined/);
  });
});
