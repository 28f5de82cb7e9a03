import { jsonDepth } from './json-depth.js';

const depthOf = (json: string) => jsonDepth(Buffer.from(json));

describe('the depth of a JSON text', () => {
  it.each([
    ['', 0],
    ['1', 0],
    ['"a text"', 0],
    ['[]', 1],
    ['{}', 1],
    ['{"a": [1, {"b": []}]}', 4],
    ['[[1], [[2]], [3]]', 3],
    ['[] [] []', 1],
    ['{"image": "iVBORw0KGgo="}', 1],
  ])('of %s is %d', (json, depth) => {
    expect(depthOf(json)).toBe(depth);
  });

  it.each([
    ['brackets', '["[[[[", "{{{{"]'],
    ['a quote that is escaped', String.raw`["\"[[[[", 1]`],
    ['a backslash that is escaped, before its end', String.raw`["[[\\", "[[[[\\"]`],
    ['backslashes and quotes in turn', String.raw`["\\\"[[\\\\\"{{", 1]`],
    ['characters of several bytes', '["\u{1F33C}[\u2200{", 1]'],
    ['brackets as keys', '[1, 2, "]]]]"]'],
  ])('is not changed by texts that hold %s', (_, json) => {
    expect(depthOf(json)).toBe(1);
  });

  it('counts on after a text that ends in an escaped backslash', () => {
    expect(depthOf(String.raw`["\\", [[1]]]`)).toBe(3);
  });

  it.each([
    ['brackets that never close', '['.repeat(100_000), 100_000],
    ['a text that never ends', '[["[[[[', 2],
    ['a text that ends in a backslash', String.raw`["\ `.trim(), 1],
    ['brackets that were never opened', ']]]][[', 0],
  ])('is found in what is no JSON: %s', (_, json, depth) => {
    expect(depthOf(json)).toBe(depth);
  });

  it('agrees with a parser on any JSON', () => {
    const below = generator(5);
    for (let round = 0; round < 2_000; round++) {
      const value = grow(below, 6);
      expect(depthOf(JSON.stringify(value, null, below(3)))).toBe(depthOfValue(value));
    }
  });
});

const TEXTS = ['', '[', '}', '"', '\\', '\\"', '"]\\', 'daisy', '\u2200\n', '\u{1F33C}"'];

function grow(below: (bound: number) => number, left: number): unknown {
  const children = Array.from({ length: below(4) }, () => left > 0 && grow(below, left - 1 - below(3)));
  switch (below(3)) {
    case 0:
      return TEXTS[below(TEXTS.length)];
    case 1:
      return children;
    default:
      return Object.fromEntries(children.map((child) => [TEXTS[below(TEXTS.length)], child]));
  }
}

function depthOfValue(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOfValue));
}

/** Whole numbers below a bound, the same ones for the same seed. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
