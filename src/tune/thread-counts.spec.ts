import { threadCounts } from './thread-counts.js';

describe('the numbers of threads that are compared', () => {
  it.each([
    [1, 1, [1]],
    [2, 2, [1, 2]],
    [6, 6, [1, 2, 4, 6]],
    [16, 16, [1, 2, 4, 8, 16]],
    [8, 3, [1, 2, 3, 4, 8]],
    [4, 12, [1, 2, 4, 12]],
  ])('on %d cores with %d set are %j', (cores, set, expected) => {
    expect(threadCounts(cores, set)).toEqual(expected);
  });
});
