import { rank } from './rank.js';
import { parseLabels } from './read-labels.js';
import { softmax } from './softmax.js';

const indexes = (scores: ArrayLike<number>, topK: number) =>
  rank(scores, null, topK).map(({ index }) => index);

describe('the best classes', () => {
  it('come best first, with name, index, score and id', () => {
    const labels = parseLabels('{"0": ["n1", "daisy"], "1": ["n2", "rose"], "3": ["n4", "tulip"]}', 'x.json');
    expect(rank(Float32Array.from([0.25, 0.5, 0.125, 0.0625]), labels, 3)).toEqual([
      { label: 'rose', index: 1, score: 0.5, id: 'n2' },
      { label: 'daisy', index: 0, score: 0.25, id: 'n1' },
      { label: 'Unknown', index: 2, score: 0.125 },
    ]);
  });

  it('are called by their index where there are no labels', () => {
    expect(rank([1, 3], null, 1)).toEqual([{ label: '1', index: 1, score: 3 }]);
  });

  it.each([
    [[0, 0, 0, 0], 2, [0, 1]],
    [[1, 5, 5, 1, 5], 5, [1, 2, 4, 0, 3]],
    [[NaN, 1, NaN, -Infinity], 4, [1, 3, 0, 2]],
    [[NaN, NaN], 1, [0]],
    [[Infinity, Infinity, -Infinity, -Infinity], 4, [0, 1, 2, 3]],
    [[0, -0], 2, [0, 1]],
    [[1, 2, 3], 10, [2, 1, 0]],
    [[1, 2, 3], 0, []],
    [[], 5, []],
  ])('of %j, the top %d, are %j: ties by index, NaN last', (scores, topK, expected) => {
    expect(indexes(scores, topK)).toEqual(expected);
  });

  it('are those that sorting everything would give', () => {
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31);
    for (let round = 0; round < 200; round += 1) {
      const scores = Array.from({ length: 1 + (random() % 60) }, () => random() % 16);
      const sorted = scores.map((_, index) => index).toSorted((a, b) => scores[b]! - scores[a]! || a - b);
      const topK = 1 + (random() % 20);
      expect(indexes(scores, topK)).toEqual(sorted.slice(0, topK));
    }
  });
});

describe('softmax', () => {
  it('makes probabilities that add up to 1', () => {
    const found = softmax(Float32Array.from([1, 2, 3]));
    [0.09003057, 0.24472847, 0.66524096].forEach((value, index) =>
      expect(found[index]).toBeCloseTo(value, 7),
    );
    const many = softmax(Float32Array.from({ length: 100_000 }, (_, index) => Math.sin(index) * 20));
    expect(many.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 12);
  });

  it.each([
    [
      [1000, 1000],
      [0.5, 0.5],
    ],
    [
      [-1e30, 0],
      [0, 1],
    ],
    [
      [3e38, -3e38],
      [1, 0],
    ],
    [
      [Infinity, 0, Infinity],
      [0.5, 0, 0.5],
    ],
    [
      [-Infinity, 0],
      [0, 1],
    ],
    [[5], [1]],
    [[], []],
  ])('of %j is %j', (logits, expected) => {
    expect([...softmax(logits)]).toEqual(expected);
  });

  it('of what is no number is no number', () => {
    expect([...softmax([NaN, 1])]).toEqual([NaN, NaN]);
    expect([...softmax([-Infinity, -Infinity])]).toEqual([NaN, NaN]);
  });
});
