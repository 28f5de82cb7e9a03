import {
  ConfigError,
  fields,
  finite,
  flag,
  integer,
  list,
  oneOf,
  type Reader,
  show,
  text,
} from './expect.js';

const shape = fields<{ width: number; colour: string; at: Partial<{ x: number }> }>({
  width: integer(1, 10),
  colour: text(),
  at: fields<{ x: number }>({ x: finite() }),
});

describe('a value', () => {
  it.each<[string, Reader<unknown>, unknown, unknown]>([
    ['a whole number', integer(1, 10), 10, 10],
    ['a whole number as a text', integer(1, 10), ' 7 ', 7],
    ['a whole number below 0', integer(-5, 5), '-5', -5],
    ['a number', finite(), -0.5, -0.5],
    ['one of several', oneOf('on', 'off'), 'off', 'off'],
    ['a text', text(), ' ', ' '],
    ['a flag', flag(), false, false],
    ['a list', list(integer(1, 3)), [1, 2, 3, 1], [1, 2, 3, 1]],
    ['an empty list', list(text()), [], []],
    ['a list of a length', list(text(), 2), ['a', 'b'], ['a', 'b']],
    ['an object', shape, { width: 2, at: { x: 0.5 } }, { width: 2, at: { x: 0.5 } }],
    ['an empty object', shape, {}, {}],
  ])('that is %s is read', (_, reader, value, read) => {
    expect(reader(value, 'x')).toEqual(read);
  });

  it.each<[Reader<unknown>, unknown, string]>([
    [integer(1, 10), 0, 'Expected a whole number from 1 to 10 for x but received 0.'],
    [integer(1, 10), '11', 'Expected a whole number from 1 to 10 for x but received "11".'],
    [integer(1, 10), 1.5, 'Expected a whole number from 1 to 10 for x but received 1.5.'],
    [integer(1, 10), '1e1', 'Expected a whole number from 1 to 10 for x but received "1e1".'],
    [integer(1, 10), '', 'Expected a whole number from 1 to 10 for x but received "".'],
    [integer(0, 10), ' ', 'Expected a whole number from 0 to 10 for x but received " ".'],
    [integer(0, 10), null, 'Expected a whole number from 0 to 10 for x but received null.'],
    [integer(0, 10), true, 'Expected a whole number from 0 to 10 for x but received true.'],
    [integer(0, 10), [5], 'Expected a whole number from 0 to 10 for x but received [5].'],
    [finite(), '1', 'Expected a number for x but received "1".'],
    [finite(), Number.NaN, 'Expected a number for x but received NaN.'],
    [finite(), Number.POSITIVE_INFINITY, 'Expected a number for x but received Infinity.'],
    [oneOf('on', 'off'), 'On', 'Expected one of on, off for x but received "On".'],
    [oneOf('on', 'off'), true, 'Expected one of on, off for x but received true.'],
    [text(), '', 'Expected a text for x but received "".'],
    [text(), 5, 'Expected a text for x but received 5.'],
    [text(), undefined, 'Expected a text for x but received nothing.'],
    [flag(), 'true', 'Expected true or false for x but received "true".'],
    [list(text()), 'a', 'Expected a list for x but received "a".'],
    [list(text(), 2), ['a'], 'Expected a list of 2 for x but received ["a"].'],
    [list(text()), ['a', 5], 'Expected a text for x[1] but received 5.'],
    [shape, { width: 11 }, 'Expected a whole number from 1 to 10 for x.width but received 11.'],
    [shape, { at: { x: 'a' } }, 'Expected a number for x.at.x but received "a".'],
    [shape, { widht: 1 }, 'Expected one of width, colour, at as a key of x but received "widht".'],
    [shape, { at: { y: 1 } }, 'Expected one of x as a key of x.at but received "y".'],
    [
      shape,
      { constructor: 1 },
      'Expected one of width, colour, at as a key of x but received "constructor".',
    ],
    [shape, [], 'Expected an object with width, colour, at for x but received [].'],
    [shape, null, 'Expected an object with width, colour, at for x but received null.'],
  ])('that is wrong is refused in one sentence (%#)', (reader, value, sentence) => {
    expect(() => reader(value, 'x')).toThrow(new ConfigError(sentence));
  });

  it('of an object without a name of its own is named by its key alone', () => {
    expect(() => shape({ width: 0 }, '')).toThrow(
      'Expected a whole number from 1 to 10 for width but received 0.',
    );
    expect(() => shape({ x: 0 }, '')).toThrow('Expected one of width, colour, at as a key but received "x".');
  });

  it('does not change an object’s prototype', () => {
    const json = JSON.parse('{"__proto__": {"width": 1}}') as unknown;
    expect(() => shape(json, 'x')).toThrow('as a key of x but received "__proto__".');
  });
});

describe('what was received', () => {
  it.each([
    ['a short text', 'daisy', '"daisy"'],
    ['a text of several lines', 'a\nb', String.raw`"a\nb"`],
    ['a text of 80 characters, quotes counted', 'x'.repeat(78), `"${'x'.repeat(78)}"`],
    ['a longer text', 'x'.repeat(79), `"${'x'.repeat(76)}…`],
    ['a long list', Array.from({ length: 100 }, () => 1), `[${'1,'.repeat(38)}…`],
    ['nothing', undefined, 'nothing'],
    ['null', null, 'null'],
  ])('is shown in a sentence: %s', (_, value, shown) => {
    expect(show(value)).toBe(shown);
  });
});
