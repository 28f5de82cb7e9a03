import { excerpt } from './excerpt.js';
import { parseJson } from './parse-json.js';

describe('the excerpt of a value', () => {
  it.each([
    ['[ 1,2.50 , [1e2, -0, -0.0], 18446744073709551615]', '[1, 2.5, [100.0, 0, -0.0], 18446744073709551615]'],
    ['[[1,2],[3,4.0]]', '[[1, 2], [3, 4.0]]'],
    [
      '[1e21, 1e20, 0.000001, 1e-7, 150000000000000000000000]',
      '[1e21, 100000000000000000000.0, 0.000001, 1e-7, 1.5e23]',
    ],
    ['{"a":{"b":[true,{}]},"c":null}', '{\n    "a": {\n        "b": [true, {}]\n    },\n    "c": null\n}'],
    ['[{"a":1}]', '[{\n        "a": 1\n    }]'],
    [String.raw`"\"\\\/\b\f\n\r\t\u001f€"`, String.raw`"\"\\/\b\f\n\r\t\u001F€"`],
    ['[]', '[]'],
    // rapidjson does not write what is not finite, and breaks off.
    ['[1, NaN, 2]', '[1, '],
    ['Infinity', ''],
  ])('of %s is %j', (text, written) => {
    expect(excerpt(parseJson(Buffer.from(text)))).toBe(written);
  });

  it('breaks off near 256 bytes', () => {
    const numbers = excerpt(
      parseJson(Buffer.from(JSON.stringify(Array.from({ length: 1000 }, (_, index) => index)))),
    );
    expect(numbers).toMatch(/^\[0, 1, 2, .*, 65, 66$/);
    expect(numbers.length).toBeLessThan(260);
    expect(excerpt(parseJson(Buffer.from('['.repeat(500) + ']'.repeat(500))))).toBe('['.repeat(256));
  });

  it('breaks off a long string between two characters', () => {
    const text = excerpt(parseJson(Buffer.from(`["${'é'.repeat(5000)}", 1]`)));
    expect(text).toMatch(/^\["é+$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(258);
  });
});
