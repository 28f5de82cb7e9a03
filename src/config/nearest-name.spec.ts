import { nearestName } from './nearest-name.js';

const KNOWN = ['version', 'label', 'topK', 'signature', 'RATE_LIMIT'];

describe('the name that was meant', () => {
  it.each([
    ['topk', 'topK'],
    ['top_k', 'topK'],
    ['TopK', 'topK'],
    ['top-k', 'topK'],
    ['topKK', 'topK'],
    ['topN', 'topK'],
    ['otpK', 'topK'],
    ['lable', 'label'],
    ['labels', 'label'],
    ['verson', 'version'],
    ['RATE_LIMT', 'RATE_LIMIT'],
    ['k', undefined],
    ['threshold', undefined],
    ['', undefined],
  ])('of %j is %j', (name, meant) => {
    expect(nearestName(name, KNOWN)).toBe(meant);
  });
});
