import { fieldErrors, invalid } from './invalid.js';

describe('a complaint about a field', () => {
  it.each([
    ['image', 'image must be a string', 'must be a string'],
    ['colour', 'property colour should not exist', 'should not exist'],
    ['images', 'each value in images must be a string', 'each value in images must be a string'],
    ['a', 'a must be an integer number', 'must be an integer number'],
    ['topK', 'How many labels?', 'How many labels?'],
    ['$&', 'property $& should not exist', 'should not exist'],
  ])('about "%s" that reads "%s" is told as "%s"', (property, message, expected) => {
    expect(fieldErrors({ property, constraints: { rule: message } })).toEqual([
      { field: property, message: expected },
    ]);
  });

  it('is one for each rule that is broken, and none where none is', () => {
    const constraints = { isInt: 'topK must be an integer number', min: 'topK must not be less than 1' };
    expect(fieldErrors({ property: 'topK', constraints })).toEqual([
      { field: 'topK', message: 'must be an integer number' },
      { field: 'topK', message: 'must not be less than 1' },
    ]);
    expect(fieldErrors({ property: 'topK' })).toEqual([]);
  });
});

describe('invalid fields', () => {
  it.each([
    [[['topK', 'must not be less than 1']], '"topK" must not be less than 1.'],
    [
      [
        ['a', 'must be x'],
        ['b', 'must be y'],
      ],
      '"a" must be x; "b" must be y.',
    ],
    [[['', 'the body must be an object']], 'The body must be an object.'],
  ])('%j are refused in one sentence: %s', (pairs, sentence) => {
    const fields = pairs.map(([field = '', message = '']) => ({ field, message }));
    expect(invalid(fields)).toMatchObject({ code: 'FIELD_INVALID', message: sentence, fields });
  });
});
