import type { Tensor } from '../engine/tensor.js';
import { toFloat16 } from '../numbers/half.js';
import type { ClassificationPlan } from './model-plan.js';
import { haveSameBest, rankScores, scoresOf } from './scores.js';

const float32 = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [1, values.length],
  data: Float32Array.from(values),
});
const BINARY = { output: 'y', isBinary: true, logits: false, classes: 2 } as ClassificationPlan;

describe('one score', () => {
  it('is that of the second of two classes', () => {
    expect([...(scoresOf(BINARY, { y: float32(0.75) }) as Float32Array)]).toEqual([0.25, 0.75]);
    const logits = { ...BINARY, logits: true };
    expect([...(scoresOf(logits, { y: float32(0) }) as Float32Array)]).toEqual([0.5, 0.5]);
    const [cats, dogs] = scoresOf(logits, { y: float32(-1000) }) as Float32Array;
    expect([cats, dogs]).toEqual([1, 0]);
  });

  it.each([
    [0.4999, '0'],
    [0.5, '1'],
    [0.5001, '1'],
  ])('of %d is that of %s', (score, label) => {
    const scores = scoresOf(BINARY, { y: float32(score) });
    expect(rankScores(BINARY, scores, null, 1)).toMatchObject([{ label }]);
    expect(rankScores(BINARY, scores, null, 5)).toHaveLength(2);
  });

  it('may be of 16 or of 64 bits', () => {
    const half: Tensor = { dtype: 'float16', shape: [1, 1], data: Uint16Array.of(toFloat16(0.25)) };
    expect([...(scoresOf(BINARY, { y: half }) as Float32Array)]).toEqual([0.75, 0.25]);
    const double: Tensor = { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) };
    expect(scoresOf(BINARY, { y: double })).toEqual([0.9, 0.1]);
  });
});

describe('the best classes of two answers', () => {
  it.each([
    [[0.4, 0.6], [0.1, 0.9], true],
    [[0.4, 0.6], [0.1, 0.4], false],
  ])('by one score each, %j and %j, are the same: %j', (one, other, expected) => {
    const rows = (values: number[]): Tensor => ({ ...float32(...values), shape: [2, 1] });
    expect(haveSameBest(BINARY, rows(one), rows(other))).toBe(expected);
  });

  it('are those of each row, whatever dimensions of one stand around it', () => {
    const plan = { output: 'y', isBinary: false, logits: false, classes: 2 } as ClassificationPlan;
    const rows = (...values: number[]): Tensor => ({ ...float32(...values), shape: [2, 2, 1, 1] });
    expect(haveSameBest(plan, rows(1, 2, 4, 3), rows(0, 1, 1, 0))).toBe(true);
    expect(haveSameBest(plan, rows(1, 2, 4, 3), rows(0, 1, 0, 1))).toBe(false);
  });
});
