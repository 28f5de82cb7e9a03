import { ConfigError } from '../config/expect.js';
import { readBatching, rulesOf } from './batching-rules.js';

describe('the section batching of a model.yaml', () => {
  it.each([
    [{}, { maxBatchSize: 8, maxWaitMs: 0, allowedBatchSizes: [] }],
    [
      { maxBatchSize: 32, maxWaitMs: 10 },
      { maxBatchSize: 32, maxWaitMs: 10, allowedBatchSizes: [] },
    ],
    [{ allowedBatchSizes: [1, 4, 16] }, { maxBatchSize: 16, maxWaitMs: 0, allowedBatchSizes: [1, 4, 16] }],
    [
      { maxBatchSize: 2, allowedBatchSizes: [2] },
      { maxBatchSize: 2, maxWaitMs: 0, allowedBatchSizes: [2] },
    ],
    [{ allowedBatchSizes: [] }, { maxBatchSize: 8, maxWaitMs: 0, allowedBatchSizes: [] }],
    [
      { independentRows: true },
      { maxBatchSize: 8, maxWaitMs: 0, allowedBatchSizes: [], independentRows: true },
    ],
  ])('%j means %j', (written, rules) => {
    expect(rulesOf(readBatching(written, 'batching'))).toEqual(rules);
  });

  it.each([
    [{}, 8, [1, 2, 4, 8]],
    [{ maxBatchSize: 32 }, 32, [1, 2, 4, 8, 16, 32]],
    [{ maxBatchSize: 12 }, 12, [1, 2, 4, 8, 12]],
    [{ maxBatchSize: 1 }, 1, [1]],
    [{ allowedBatchSizes: [6] }, 6, [6]],
    [{ allowedBatchSizes: [] }, 8, []],
  ])('%j means up to %i on a GPU, in sizes of %j', (written, maxBatchSize, allowedBatchSizes) => {
    const rules = rulesOf(readBatching(written, 'batching'), 'gpu:0');
    expect(rules).toEqual({ maxBatchSize, maxWaitMs: 0, allowedBatchSizes });
  });

  const sizes = 'Expected an ascending list of whole numbers from 1 to 1024 for batching.allowedBatchSizes';
  it.each([
    [
      8,
      'Expected an object with maxBatchSize, maxWaitMs, allowedBatchSizes, independentRows for batching but received 8.',
    ],
    [
      { size: 8 },
      'Expected one of maxBatchSize, maxWaitMs, allowedBatchSizes, independentRows as a key of batching but received "size".',
    ],
    [
      { maxBatchSize: 1025 },
      'Expected a whole number from 1 to 1024 for batching.maxBatchSize but received 1025.',
    ],
    [{ maxWaitMs: -1 }, 'Expected a whole number from 0 to 10000 for batching.maxWaitMs but received -1.'],
    [{ allowedBatchSizes: 8 }, `${sizes} but received 8.`],
    [{ allowedBatchSizes: [4, 2] }, `${sizes} but received [4,2].`],
    [{ allowedBatchSizes: [2, 2] }, `${sizes} but received [2,2].`],
    [{ allowedBatchSizes: [0, 2] }, `${sizes} but received [0,2].`],
    [{ allowedBatchSizes: [1, 1025] }, `${sizes} but received [1,1025].`],
    [{ allowedBatchSizes: [1, '4'] }, `${sizes} but received [1,"4"].`],
    [{ allowedBatchSizes: [1.5] }, `${sizes} but received [1.5].`],
    [
      { maxBatchSize: 8, allowedBatchSizes: [1, 16] },
      'Expected 16, the largest of batching.allowedBatchSizes, for batching.maxBatchSize but received 8.',
    ],
  ])('is refused with one sentence: %j', (written, sentence) => {
    expect(() => readBatching(written, 'batching')).toThrow(new ConfigError(sentence));
  });
});
