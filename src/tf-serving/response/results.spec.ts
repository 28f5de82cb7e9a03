import type { Tensor } from '../../engine/tensor.js';
import { conformanceCases } from '../conformance.fixture.js';
import { writeClassifications, writeRegressions } from './results.js';
import { float32, strings } from './tensor.fixture.js';
import { compared, failure, type WrittenCase } from './written-case.fixture.js';

interface ResultCase extends WrittenCase {
  readonly method: 'classify' | 'regress';
  readonly result: readonly (number | readonly (readonly [string, number])[])[];
}

function write({ method, result }: ResultCase): string {
  if (method === 'regress')
    return writeRegressions(float32([result.length], ...(result as number[])), result.length).toString();
  const rows = result as (readonly (readonly [string, number])[])[];
  const shape = [rows.length, rows[0]?.length ?? 0];
  const classes = strings(shape, ...rows.flat().map(([label]) => label));
  const scores = float32(shape, ...rows.flat().map(([, score]) => score));
  return writeClassifications({ classes, scores }, rows.length).toString();
}

describe('the answer to classify and regress', () => {
  it.each(conformanceCases<ResultCase>('classify_regress_format'))('$id: $description', (told) => {
    const { found, wanted } = compared(told, () => write(told));
    expect(found).toEqual(wanted);
  });

  it('has an empty label, or no score, where the model gives none', () => {
    const scores = float32([2, 1], 12, 0.5);
    expect(writeClassifications({ classes: undefined, scores }, 2).toString()).toBe(
      '{"results":[[["",12.0]],[["",0.5]]]}',
    );
    const classes = strings([1, 2], 'a"', 'b');
    expect(writeClassifications({ classes, scores: undefined }, 1).toString()).toBe(
      String.raw`{"results":[[["a\"",0.0],["b",0.0]]]}`,
    );
    expect(writeClassifications({ classes: strings([2, 0]), scores: undefined }, 2).toString()).toBe(
      '{"results":[[],[]]}',
    );
  });

  it('takes a regression in one column', () => {
    expect(writeRegressions(float32([2, 1], 42, 7), 2).toString()).toBe('{"results":[42.0,7.0]}');
  });

  const numbers: Tensor = { dtype: 'int32', shape: [1, 1], data: Int32Array.of(1) };
  it.each<[string, () => Buffer, string]>([
    [
      'scores that are no decimals',
      () => writeClassifications({ classes: undefined, scores: numbers }, 1),
      'Expected float32 as the output scores, not int32.',
    ],
    [
      'other rows than examples',
      () => writeClassifications({ classes: undefined, scores: float32([1, 1], 1) }, 2),
      'Expected 2 rows of the output scores, one for each example, not 1.',
    ],
    [
      'scores without a row for each example',
      () => writeClassifications({ classes: undefined, scores: float32([2], 1, 2) }, 2),
      'Expected [examples, classes] as the shape of a classification, not [2].',
    ],
    [
      'unequal classes and scores',
      () => writeClassifications({ classes: strings([1, 1], 'a'), scores: float32([1, 2], 1, 2) }, 1),
      'Expected as many classes as scores, not 1 and 2.',
    ],
    [
      'several numbers for an example',
      () => writeRegressions(float32([1, 2], 1, 2), 1),
      'Expected [examples] or [examples, 1] as the shape of a regression, not [1, 2].',
    ],
  ])('says what is wrong with %s', (_what, attempt, message) => {
    expect(failure(attempt)).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });
});
