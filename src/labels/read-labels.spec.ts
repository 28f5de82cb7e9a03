import { ConfigError } from '../config/expect.js';
import { checkLength } from './labels.js';
import { parseLabels } from './read-labels.js';

const FILE = 'labels/flowers.json';
const read = (json: unknown) => parseLabels(typeof json === 'string' ? json : JSON.stringify(json), FILE);
const names = (json: unknown) => {
  const labels = read(json);
  return Array.from({ length: labels.size }, (_, index) => labels.name(index));
};

describe('a label file', () => {
  it('may be a list of names', () => {
    expect(names(['daisy', 'rose'])).toEqual(['daisy', 'rose']);
  });

  it('may go from index to name, in any order', () => {
    expect(names('{"1": "rose", "0": "daisy", "10": "tulip"}').filter((name) => name !== 'Unknown')).toEqual([
      'daisy',
      'rose',
      'tulip',
    ]);
  });

  it('may go from name to index', () => {
    expect(names({ rose: 1, daisy: 0 })).toEqual(['daisy', 'rose']);
  });

  it('may be Keras’s class index, whose ids are kept', () => {
    const labels = read({
      '0': ['n01440764', 'tench'],
      '1': ['n11939491', 'daisy'],
      '2': ['', 'rose'],
      '3': null,
    });
    expect([labels.name(1), labels.id(1)]).toEqual(['daisy', 'n11939491']);
    expect([labels.name(2), labels.id(2)]).toEqual(['rose', undefined]);
    expect([labels.size, labels.name(3)]).toEqual([4, 'Unknown']);
  });

  it('may have numbers for names', () => {
    expect(names({ '0': '1', '1': '0' })).toEqual(['1', '0']);
    expect(names({ '7': 0, '8': 1 })).toEqual(['7', '8']);
  });

  it('may begin with a byte order mark', () => {
    expect(names('\uFEFF["daisy"]\n')).toEqual(['daisy']);
  });

  it('answers Unknown for what it leaves out', () => {
    expect(names({ '0': 'red', '2': 'blue' })).toEqual(['red', 'Unknown', 'blue']);
    expect(names(['red', '', null])).toEqual(['red', 'Unknown', 'Unknown']);
    expect(read(['red']).name(5)).toBe('Unknown');
    expect(read(['red']).id(0)).toBeUndefined();
  });

  it('may have names that objects have of their own', () => {
    expect(names('{"__proto__": 0, "constructor": 1}')).toEqual(['__proto__', 'constructor']);
  });

  it('may have the same name twice where the index decides', () => {
    expect(names({ '0': 'crane', '1': 'crane' })).toEqual(['crane', 'crane']);
  });

  it.each([
    ['', /^Expected a list or an object for labels\/flowers\.json but the file is empty\.$/],
    [' \n', /but the file is empty\.$/],
    ['["daisy",]', /^Expected JSON for labels\/flowers\.json but received text that is not\.$/],
    ['daisy\nrose\n', /^Expected JSON for labels\/flowers\.json but received text that is not\.$/],
    ['"daisy"', /^Expected a list of names or an object .* but received a text\.$/],
    ['null', /^Expected a list of names or an object .* but received null\.$/],
    ['[]', /^Expected at least one label for labels\/flowers\.json but received \[\]\.$/],
    ['{}', /^Expected at least one label for labels\/flowers\.json but received \{\}\.$/],
    ['["daisy", 1]', /^Expected a name for labels\/flowers\.json\[1\] but received 1\.$/],
    ['[["n1", "daisy"]]', /^Expected a name for labels\/flowers\.json\[0\]/],
    ['{"0": {"name": "daisy"}}', /^Expected a name for labels\/flowers\.json\["0"\]/],
    [
      '{"-1": "daisy"}',
      /^Expected an index from 0 to 9999999 for a key of labels\/flowers\.json but received "-1"\.$/,
    ],
    ['{"1.5": "daisy"}', /but received "1\.5"\.$/],
    ['{"daisy": -1}', /^Expected an index .* for labels\/flowers\.json\["daisy"\] but received -1\.$/],
    ['{"daisy": 0.5}', /but received 0\.5\.$/],
    ['{"daisy": 1e300}', /but received 1e\+300\.$/],
    [
      '{"daisy": 0, "rose": 0}',
      /^Expected every index once for labels\/flowers\.json but received 0 twice\.$/,
    ],
    ['{"0": "daisy", "00": "rose"}', /^Expected every index once .* but received 0 twice\.$/],
    ['{"0": "daisy", "0": "rose"}', /^Expected every key once .* but received "0" twice\.$/],
    ['{"crane": 134, "\\u0063rane": 517}', /^Expected every key once .* but received "crane" twice\.$/],
    ['{"0": "daisy", "rose": 1}', /one form throughout, for .* but received \{"0":"daisy","rose":1\}\.$/],
    ['{"0": "daisy", "rose": "1"}', /one form throughout, for/],
    ['{"0": "daisy", "1": ["n1", "rose"]}', /one form throughout, for/],
    ['{"daisy": "rose"}', /one form throughout, for .* but received \{"daisy":"rose"\}\.$/],
    [
      '{"0": ["n1"]}',
      /^Expected a pair of id and name for labels\/flowers\.json\["0"\] but received \["n1"\]\.$/,
    ],
    ['{"0": [1, "daisy"]}', /^Expected a pair of id and name for/],
    ['{"0": ["n1", 2]}', /^Expected a name for labels\/flowers\.json\["0"\] but received 2\.$/],
  ])('is refused in one sentence that names it: %j', (json, sentence) => {
    expect(() => read(json)).toThrow(ConfigError);
    expect(() => read(json)).toThrow(sentence);
  });
});

describe('a model', () => {
  it('takes labels that are as many as its outputs', () => {
    expect(() => checkLength(read({ '0': 'red', '2': 'blue' }), 3, FILE, 'flowers')).not.toThrow();
  });

  it.each([1, 3])('refuses two labels for %d outputs, with both figures', (outputs) => {
    expect(() => checkLength(read(['a', 'b']), outputs, FILE, 'flowers')).toThrow(
      new ConfigError(
        `Expected ${outputs} labels for model flowers (one for each of its outputs) but received 2 in ${FILE}.`,
      ),
    );
  });
});
