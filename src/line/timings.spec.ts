import { timingsOf, toMicroseconds } from './timings.js';

const STAGES = ['decodeMs', 'preprocessMs', 'queueMs', 'inferenceMs', 'answerMs'] as const;

describe('timings', () => {
  it('give to waiting what no stage took of the total, in the order of the line', () => {
    const work = { decodeMs: 2, preprocessMs: 0.5, inferenceMs: 4.25, answerMs: 0.125 };
    const timings = timingsOf(work, 10);
    expect(timings).toEqual({ ...work, queueMs: 3.125, totalMs: 10 });
    expect(Object.keys(timings)).toEqual([...STAGES, 'totalMs']);
  });

  it('add up to the total, to the microsecond', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 1000; round += 1) {
      const [decodeMs, preprocessMs, inferenceMs, answerMs, waitMs] = Array.from(
        { length: 5 },
        () => random() * 50,
      );
      const work = {
        decodeMs: decodeMs!,
        preprocessMs: preprocessMs!,
        inferenceMs: inferenceMs!,
        answerMs: answerMs!,
      };
      const timings = timingsOf(work, decodeMs! + preprocessMs! + inferenceMs! + answerMs! + waitMs!);
      const sum = STAGES.reduce((total, stage) => total + timings[stage], 0);
      expect(Math.abs(sum - timings.totalMs)).toBeLessThan(0.0025);
    }
  });

  it('never say that less than nothing was waited', () => {
    const work = { decodeMs: 0.0006, preprocessMs: 0.0006, inferenceMs: 0.0006, answerMs: 0.0006 };
    expect(timingsOf(work, 0.0024).queueMs).toBe(0);
  });

  it.each([
    [1.23456789, 1.235],
    [0.1 + 0.2, 0.3],
    [3_600_000.0004, 3_600_000],
  ])('of %d ms are sent to the microsecond: %d', (given, sent) => {
    expect(toMicroseconds(given)).toBe(sent);
    expect(timingsOf({ decodeMs: 0, preprocessMs: 0, inferenceMs: 0, answerMs: 0 }, given).totalMs).toBe(
      sent,
    );
  });
});
