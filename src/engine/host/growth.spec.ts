import { freshBytes, hasGrown } from './growth.js';

const MB = 1e6;
const LIMITS = { share: 0.05, leastBytes: 16 * MB };

describe('what a fresh engine host would take', () => {
  const known = { residentBytes: 600 * MB, modelBytes: 20 * MB };
  const empty = 400 * MB;
  it.each([
    [600, 'as much as it did, with models of the same size', 20],
    [600, 'no more, with models that are a little larger', 20.9],
    [500, 'half of what the models took, with models half as large', 10],
    [400, 'what an empty one takes, with none', 0],
    [null, 'nobody knows, with models that are more', 21.1],
  ])('is %p MB: %s', (expected, _, modelMB) => {
    expect(freshBytes(known, empty, modelMB * MB)).toEqual(expected === null ? null : expected * MB);
  });

  it('is not less than what one took, if that was less than an empty one', () => {
    expect(freshBytes({ residentBytes: 390 * MB, modelBytes: MB }, empty, 0)).toBe(390 * MB);
  });

  it('is what an empty one took, if that is what is known', () => {
    const none = { residentBytes: 401 * MB, modelBytes: 0 };
    expect(freshBytes(none, empty, 0)).toBe(401 * MB);
    expect(freshBytes(none, empty, 1)).toBeNull();
  });
});

describe('an engine host has grown', () => {
  it.each([
    // Measured on TensorFlow 2.20: fresh, and after 50 reloads of the same model.
    [false, 'half_plus_two, which leaves next to nothing', 376, 378],
    [false, 'ResNet50, while it is as it was', 966, 966],
    [true, 'ResNet50 after one reload', 955, 1248],
    [true, 'MobileNetV2 after one reload', 567, 612],
    [false, 'just 5 %', 1000, 1050],
    [true, 'more than 5 %', 1000, 1051],
    [false, '16 MB of little', 90, 106],
    [true, 'more than 16 MB of little', 90, 107],
    [false, 'when it has shrunk', 600, 500],
  ])('%p: %s', (expected, _, freshMB, residentMB) => {
    expect(hasGrown(residentMB * MB, freshMB * MB, LIMITS)).toBe(expected);
  });
});
