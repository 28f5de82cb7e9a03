import { StatusError } from '../status.js';
import { readEnvelope } from './read-envelope.js';
import { readExamples } from './read-examples.js';
import { atOnce } from '../../turns/slices.js';
import { serializedSteps, serializeExamples } from './serialize-examples.js';

describe('the examples of a classify or regress request', () => {
  // The bytes are of Python's tf.train.Example.SerializeToString().
  it.each([
    ['{"names": ["foo", {"b64": "/wA="}]}', '0a160a140a056e616d6573120b0a090a03666f6f0a02ff00'],
    ['{"ratings": [8.0, Infinity, 0.1]}', '0a1d0a1b0a07726174696e67731210120e0a0c000000410000807fcdcccc3d'],
    [
      '{"age": [20, -1, 4611686018427387904]}',
      '0a210a1f0a0361676512181a160a1414ffffffffffffffffff01808080808080808040',
    ],
    ['{"none": []}', '0a0a0a080a046e6f6e651200'],
    ['{}', '0a00'],
  ])('are serialized as TensorFlow does: %s', (example, bytes) => {
    expect(serialized(`{"examples": [${example}]}`)).toEqual([bytes]);
  });

  it('have what the context has, unless they have it themselves', () => {
    const context = '"context": {"a": 1, "b": 2}';
    expect(serialized(`{${context}, "examples": [{"b": 3}, {"c": 4}]}`)).toEqual(
      serialized('{"examples": [{"a": 1, "b": 3}, {"a": 1, "b": 2, "c": 4}]}'),
    );
  });

  it.each([
    ['true', 'int64', [1n]],
    ['[false, 9223372036854775807]', 'int64', [0n, 9223372036854775807n]],
    ['0.1', 'float', [Math.fround(0.1)]],
    ['[1e2, NaN, 1e39]', 'float', [100, NaN, Infinity]],
    // Beyond 64 bits a literal is a double to rapidjson.
    ['18446744073709551616', 'float', [2 ** 64]],
    ['[]', 'unset', []],
  ])('read %s as a feature of %s', (content, kind, values) => {
    const { examples } = readExamples(readEnvelope(Buffer.from(`{"examples": [{"f": ${content}}]}`)).body);
    expect(examples[0]!.get('f')).toEqual({ kind, values });
  });

  it('keep the last of features with one name', () => {
    expect(serialized('{"examples": [{"a": 1, "a": 2.0}]}')).toEqual(
      serialized('{"examples": [{"a": 2.0}]}'),
    );
  });

  it.each([
    ['{}', "When method is classify, key 'examples' is expected and was not found"],
    ['{"examples": 1}', "Expecting 'examples' value to be an list/array"],
    ['{"examples": []}', "'examples' value is an empty array"],
    ['{"examples": [1, 2]}', 'Example must be JSON object but got JSON Number'],
    ['{"examples": [{}, [1]]}', 'Example must be JSON object but got JSON Array'],
    ['{"context": null, "examples": []}', 'Example must be JSON object but got JSON Null'],
    ['{"examples": [{"n": null}]}', 'Feature: n has element with unexpected JSON type: Null'],
    ['{"examples": [{"n": {"b64": 1}}]}', 'Feature: n has element with unexpected JSON type: Object'],
    ['{"examples": [{"n": [[1], [2]]}]}', 'Feature: n has element with unexpected JSON type: Array'],
    ['{"examples": [{"n": ["a", 1]}]}', 'Unexpected element type in feature: n expecting type: bytes'],
    ['{"examples": [{"n": [true, "a"]}]}', 'Unexpected element type in feature: n expecting type: int64'],
    ['{"examples": [{"n": {"b64": "*"}}]}', 'Unable to base64 decode'],
    [
      '{"examples": [{"n": 9223372036854775808}]}',
      'Feature: n has uint64_t element. Only int64_t is supported.',
    ],
  ])('of %s are refused', (text, message) => {
    const read = () => readExamples(readEnvelope(Buffer.from(text)).body);
    expect(read).toThrow(StatusError);
    expect(read).toThrow(message);
  });

  it('are counted as they are made: a context that all repeat is refused before it is repeated for the last', () => {
    const context = new Map([['x', { kind: 'bytes', values: [Buffer.alloc(1000)] } as const]]);
    const sizes: number[] = [];
    const check = (bytes: number): void => {
      sizes.push(bytes);
      if (bytes > 5000) throw new Error('too large');
    };
    const examples = Array.from({ length: 1000 }, () => new Map());
    expect(() => atOnce(serializedSteps({ context, examples }, check))).toThrow('too large');
    expect(sizes).toHaveLength(5);
  });
});

function serialized(text: string): string[] {
  const list = readExamples(readEnvelope(Buffer.from(text)).body);
  return serializeExamples(list).map((bytes) => Buffer.from(bytes).toString('hex'));
}
