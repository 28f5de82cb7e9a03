import type { DType, TensorSpec } from '../engine/tensor.js';
import { pickScores, scoreForm, type ScoreForm, scoresOutputs } from './score-form.js';

const form = (dtype: DType, shape: TensorSpec['shape'], batched = true): ScoreForm | null =>
  scoreForm({ name: 'y', dtype, shape }, batched);

describe('an output', () => {
  it.each<[DType, TensorSpec['shape'], ScoreForm | null]>([
    ['float32', [null, 10], { classes: 10, sure: true }],
    ['float16', [null, 10], { classes: 10, sure: true }],
    ['bfloat16', [1, 10], { classes: 10, sure: true }],
    ['float64', [10], { classes: 10, sure: true }],
    ['float32', [null, null], { classes: null, sure: true }],
    ['float32', [null, 1], { classes: 1, sure: true }],
    ['float32', [null], { classes: 1, sure: false }],
    ['float32', [1], { classes: 1, sure: false }],
    ['float32', [null, 1, 10], { classes: 10, sure: false }],
    ['float32', [null, 1, 1, 10], { classes: 10, sure: false }],
    ['float32', [null, 10, 1, 1], { classes: 10, sure: false }],
    ['float32', [null, 1, 1, 1], { classes: 1, sure: false }],
    ['float32', [null, 1, null], { classes: null, sure: false }],
    ['float32', null, { classes: null, sure: false }],
    ['uint8', [null, 10], { classes: 10, sure: false }],
    ['int8', [null, 1, 1, 10], { classes: 10, sure: false }],
    ['int64', [null], null],
    ['int32', [null, 1], null],
    ['float32', [], null],
    ['float32', [null, 8, 8, 10], null],
    ['float32', [null, 10, 4], null],
    ['float32', [4, 10, 1], null],
    ['bool', [null, 10], null],
    ['string', [null, 10], null],
    ['complex64', null, null],
  ])('%s %j is read as %j', (dtype, shape, expected) => {
    expect(form(dtype, shape)).toEqual(expected);
  });

  it('without a batch dimension is a row', () => {
    expect(form('float32', [10], false)).toEqual({ classes: 10, sure: true });
    expect(form('float32', [1], false)).toEqual({ classes: 1, sure: true });
    expect(form('float32', [null], false)).toBeNull();
  });
});

describe('of several outputs', () => {
  const outputs = (...shapes: TensorSpec['shape'][]): readonly TensorSpec[] =>
    shapes.map((shape, index) => ({ name: `y${index}`, dtype: 'float32', shape }));
  const picked = (labels: number | undefined, ...shapes: TensorSpec['shape'][]): string | undefined =>
    pickScores(scoresOutputs(outputs(...shapes), true), labels)?.spec.name;

  it.each<[number | undefined, TensorSpec['shape'][], string | undefined]>([
    [
      undefined,
      [
        [null, 8, 8, 3],
        [null, 3],
      ],
      'y1',
    ],
    [
      undefined,
      [
        [null, 4],
        [null, 3],
      ],
      undefined,
    ],
    [
      3,
      [
        [null, 4],
        [null, 3],
      ],
      'y1',
    ],
    [
      2,
      [
        [null, 4],
        [null, 1],
      ],
      'y1',
    ],
    [
      5,
      [
        [null, 4],
        [null, 3],
      ],
      undefined,
    ],
    [
      5,
      [
        [null, 1, 4],
        [null, 3],
      ],
      'y1',
    ],
    [
      3,
      [
        [null, 3],
        [null, 3],
      ],
      undefined,
    ],
    [100, [[1, 100, 4], [1, 100], [1]], undefined],
    [
      100,
      [
        [null, null, 4],
        [null, null],
      ],
      undefined,
    ],
  ])('%j labels take of %j %j', (labels, shapes, expected) => {
    expect(picked(labels, ...shapes)).toBe(expected);
  });
});
