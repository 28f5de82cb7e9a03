import { JsonError } from './parse-error.js';
import { elementsOf, type JsonObject, type JsonString, type JsonValue } from './json-value.js';
import { parseJson } from './parse-json.js';
import { dimensions } from './shape.js';

describe('parseJson', () => {
  it('sees in 3,000 random documents what JSON.parse sees', () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 3000; round++) {
      const text = JSON.stringify(randomValue(random, 0), null, random(3));
      expect(plain(parse(text))).toEqual(JSON.parse(text));
    }
  });

  it.each([
    ['[[[1,2],[3,4]],[[5,6],[7,8]]]', [2, 2, 2]],
    ['[ [1] ,\n[2],\t[3]\r]', [3, 1]],
    ['[]', [0]],
    ['[[],[]]', [2, 0]],
    ['7', []],
  ])('keeps the numbers of %s in one piece', (text, shape) => {
    const value = parse(text);
    expect(value.kind === 'numbers' && dimensions(value.shape)).toEqual(shape);
  });

  it.each(['[[1,2],[3]]', '[1,[2]]', '[[1],2]', '[[],[1]]', '[[[1],[2]],[[3]]]', '[[1,2],[3,4],"5"]'])(
    'keeps %s as lists of their own',
    (text) => {
      const value = parse(text);
      expect(value.kind).toBe('list');
      expect(plain(value)).toEqual(JSON.parse(text));
    },
  );

  it('keeps what is deeper than a tensor may be as lists', () => {
    const value = parse(`${'['.repeat(300)}1${']'.repeat(300)}`);
    expect(value.kind).toBe('list');
    expect(JSON.stringify(plain(value))).toBe(`${'['.repeat(300)}1${']'.repeat(300)}`);
  });

  it('takes the first of members with one name', () => {
    const value = parse('{"a": 1, "b": 2, "a": 3}') as JsonObject;
    expect(plain(value.find('a')!)).toBe(1);
    expect(value.names).toEqual(['a', 'b', 'a']);
  });

  it.each(['{"a":1} trailing', '{"a":1}]', '{"a":1}\0', '\ufeff{"a":1}', ' \t\r\n{"a":1}'])(
    'looks at nothing around the value of %j',
    (text) => {
      expect(plain(parse(text))).toEqual({ a: 1 });
    },
  );

  it('reads NaN and infinities', () => {
    const text = '[NaN, -NaN, Inf, -Inf, Infinity, -Infinity, 1]';
    expect(plain(parse(text))).toEqual([NaN, NaN, Infinity, -Infinity, Infinity, -Infinity, 1]);
  });

  it.each([
    [String.raw`"\"\\\/\b\f\n\r\t"`, Buffer.from('"\\/\b\f\n\r\t')],
    [String.raw`"a\u0041\u00e9\u20AC\ud83d\ude00z"`, Buffer.from('aAé€😀z')],
    [String.raw`"\udc00"`, Buffer.from([0xed, 0xb0, 0x80])],
    [String.raw`"\u0000"`, Buffer.from([0])],
    ['"é€😀"', Buffer.from('é€😀')],
    ['""', Buffer.alloc(0)],
  ])('resolves the escapes of %s', (text, bytes) => {
    expect(Buffer.from((parse(text) as JsonString).bytes)).toEqual(bytes);
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0xff, 0xc3, 0x80, 0xfe]);
    const value = parseJson(Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')])) as JsonString;
    expect(Buffer.from(value.bytes)).toEqual(bytes);
  });

  it('ends with a bound on depth rather than of memory', () => {
    expect(failure('['.repeat(1_000_001))).toBe('JSON Parse error: Nested too deep. at offset: 1000000');
    expect(failure('{"":'.repeat(1_000_001))).toBe('JSON Parse error: Nested too deep. at offset: 4000000');
  });

  it.each([
    ['', 'The document is empty'],
    [' \n', 'The document is empty. at offset: 2'],
    ['\0', 'The document is empty. at offset: 0'],
    [']', 'The document is empty. at offset: 0'],
    ['x', 'Invalid value. at offset: 0'],
    ["'a'", 'Invalid value. at offset: 0'],
    ['/* */ {}', 'Invalid value. at offset: 0'],
    ['nul', 'Invalid value. at offset: 3'],
    ['trux', 'Invalid value. at offset: 3'],
    ['falsy', 'Invalid value. at offset: 4'],
    ['nan', 'Invalid value. at offset: 1'],
    ['Nan', 'Invalid value. at offset: 2'],
    ['Infini', 'Invalid value. at offset: 6'],
    ['-x', 'Invalid value. at offset: 1'],
    ['-', 'Invalid value. at offset: 1'],
    ['.5', 'Invalid value. at offset: 0'],
    ['+1', 'Invalid value. at offset: 0'],
    ['[1,]', 'Invalid value. at offset: 3'],
    ['[,1]', 'Invalid value. at offset: 1'],
    ['[[1,2],[3,4],]', 'Invalid value. at offset: 13'],
    ['[', 'Invalid value. at offset: 1'],
    ['{"a":}', 'Invalid value. at offset: 5'],
    ['{"a":[1,2],[3,4]}', 'Missing a name for object member. at offset: 11'],
    ['[[[1,2],[3,4]],{"a":[1,2],[3,4]}]', 'Missing a name for object member. at offset: 26'],
    ['{"a":1,}', 'Missing a name for object member. at offset: 7'],
    ['{', 'Missing a name for object member. at offset: 1'],
    ['{a:1}', 'Missing a name for object member. at offset: 1'],
    ['{"a" 1}', 'Missing a colon after a name of object member. at offset: 5'],
    ['{"a":1 "b":2}', "Missing a comma or '}' after an object member. at offset: 7"],
    ['{"a":1]', "Missing a comma or '}' after an object member. at offset: 6"],
    ['[1 2]', "Missing a comma or ']' after an array element. at offset: 3"],
    ['[01]', "Missing a comma or ']' after an array element. at offset: 2"],
    ['[[1,2],[3,4}]', "Missing a comma or ']' after an array element. at offset: 11"],
    ['[1', "Missing a comma or ']' after an array element. at offset: 2"],
    ['[1\0]', "Missing a comma or ']' after an array element. at offset: 2"],
    ['[1.]', 'Miss fraction part in number. at offset: 3'],
    ['[1.e5]', 'Miss fraction part in number. at offset: 3'],
    ['[1e]', 'Miss exponent in number. at offset: 3'],
    ['[1.5e+]', 'Miss exponent in number. at offset: 6'],
    ['[1e400]', 'Number too big to be stored in double. at offset: 1'],
    ['[-1e400]', 'Number too big to be stored in double. at offset: 1'],
    [`[1${'0'.repeat(400)}]`, 'Number too big to be stored in double. at offset: 1'],
    ['"a', 'Missing a closing quotation mark in string. at offset: 2'],
    ['"a\0"', 'Missing a closing quotation mark in string. at offset: 2'],
    ['"\\', 'Invalid escape character in string. at offset: 1'],
    [String.raw`"\x"`, 'Invalid escape character in string. at offset: 1'],
    ['"a\nb"', 'Invalid escape character in string. at offset: 2'],
    [String.raw`"ab\u12G4"`, String.raw`Incorrect hex digit after \u escape in string. at offset: 3`],
    [String.raw`"\u12`, String.raw`Incorrect hex digit after \u escape in string. at offset: 1`],
    [String.raw`"\ud800"`, 'The surrogate pair in string is invalid. at offset: 1'],
    [String.raw`"\ud800\u0041"`, 'The surrogate pair in string is invalid. at offset: 1'],
    ['\ufeff{', 'Missing a name for object member. at offset: 4'],
  ])('refuses %j with what rapidjson says of it', (text, message) => {
    expect(failure(text)).toBe(`JSON Parse error: ${message}`);
    // Far from the end of the body, numbers are read another way.
    const longer = /[\]}]$/.test(text) ? text + ' '.repeat(64) : text;
    expect(failure(longer)).toBe(`JSON Parse error: ${message}`);
  });
});

function parse(text: string): JsonValue {
  return parseJson(Buffer.from(text));
}

function failure(text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return undefined;
}

/** As JSON.parse has it. */
function plain(value: JsonValue): unknown {
  const elements = elementsOf(value);
  if (elements !== undefined) return Array.from(elements, plain);
  switch (value.kind) {
    case 'null':
      return null;
    case 'boolean':
      return value.value;
    case 'string':
      return value.toString();
    case 'object':
      return Object.fromEntries(value.names.map((name, index) => [name, plain(value.values[index]!)]));
    case 'numbers':
      return value.store.values[value.start];
    case 'list':
      return undefined;
  }
}

/** Mostly lists of numbers, alike and not. */
function randomValue(random: (below: number) => number, depth: number): unknown {
  const kind = random(depth > 4 ? 6 : 12);
  if (kind < 3) return [random(300), random(1000) / 999, -random(5), 1e21, 1e-9][random(5)];
  if (kind === 3) return ['', 'text', 'é€😀\n"\\/\u0001'][random(3)];
  if (kind < 6) return [null, true, false][random(3)];
  if (kind === 6) {
    return Object.fromEntries(
      Array.from({ length: random(4) }, (_, index) => [`k${index}`, randomValue(random, depth + 1)]),
    );
  }
  if (kind > 9) return randomTensor(random, 1 + random(4));
  return Array.from({ length: random(5) }, () => randomValue(random, depth + 1));
}

/** Lists of lists of one size, now and then with one element too many. */
function randomTensor(random: (below: number) => number, rank: number): unknown {
  if (rank === 0) return random(256) / (1 + random(2));
  const size = random(20) === 0 ? 3 : 2;
  return Array.from({ length: size }, () => randomTensor(random, rank - 1));
}
