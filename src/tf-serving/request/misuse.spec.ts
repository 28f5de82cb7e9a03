import type { TensorSpec } from '../../engine/tensor.js';
import { StatusError } from '../status.js';
import { readEnvelope } from './read-envelope.js';
import { readExamples } from './read-examples.js';
import { readPredictRequest } from './read-predict-request.js';
import { serializeExamples } from './serialize-examples.js';

const SPECS: TensorSpec[] = [
  { name: 'image', dtype: 'float32', shape: null },
  { name: 'id', dtype: 'int64', shape: null },
  { name: 'text', dtype: 'string', shape: null },
];

const BODIES = [
  String.raw`{"signature_name": "serving_default", "instances": [
    {"image": [[[0, 0.5, 1e-3], [255, -1.25, 0.12156862745098039]]], "id": 9007199254740993, "text": "a\u00e9\n"},
    {"image": [[[1, 2, 3], [NaN, -Infinity, 12345678901234567890]]], "id": -7, "text": {"b64": "aGk="}}]}`,
  '{"inputs": {"image": [[[0.25, 0.5], [1, 2]], [[3, 4], [5, 6]]], "id": [1, 2], "text": ["a", {"b64": "aGk="}]}}',
  '{"context": {"q": "pizza"}, "examples": [{"names": ["a", {"b64": "aGk="}], "age": [1, true]}, {"r": [1.5, NaN]}]}',
  '{"instances": [{"b64": "/9j/"}, {"b64": "iVBORw=="}]}',
  '{"instances": [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[1, 2, 3], [4, 5, 6]]]}',
].map((text) => Buffer.from(text));

describe('a broken request', () => {
  it.each(BODIES.map((body, index) => [index, body] as const))(
    'ends in a status wherever body %d is cut off',
    (_index, body) => {
      for (let length = 0; length < body.length; length++) {
        expect(outcome(body.subarray(0, length))).toBe('INVALID_ARGUMENT');
        // The same behind a view into a larger buffer.
        expect(outcome(Uint8Array.from(body).subarray(0, length))).toBe('INVALID_ARGUMENT');
      }
    },
  );

  it('ends in a status or is read, for 50,000 changes of single bytes and of pieces', () => {
    let seed = 99;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const tokens = [
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      '-',
      '.',
      'e9',
      '0',
      'NaN',
      'null',
      '\0',
      'é',
      '{"b64":"_"}',
    ];
    const outcomes = new Set<string>();
    for (let round = 0; round < 50_000; round++) {
      let body: Uint8Array = Buffer.from(BODIES[random(BODIES.length)]!);
      for (let change = random(3); change >= 0; change--) {
        const at = random(body.length);
        if (random(2) === 0) body[at] = random(256);
        else {
          const piece = Buffer.from(tokens[random(tokens.length)]!);
          body = Buffer.concat([body.subarray(0, at), piece, body.subarray(at + random(4))]);
        }
      }
      outcomes.add(outcome(body));
    }
    expect([...outcomes].toSorted()).toEqual(['INVALID_ARGUMENT', 'read']);
  });
});

/** `read`, or the code of the status; any other exception is passed on. */
function outcome(bytes: Uint8Array): string {
  try {
    const { body } = readEnvelope(bytes);
    for (const name of body.names) {
      if (name === 'examples') serializeExamples(readExamples(body));
    }
    const specs = body.find('instances')?.kind === 'numbers' ? SPECS.slice(0, 1) : SPECS;
    if (body.find('examples') === undefined) readPredictRequest(body, specs, { pictureInput: 'image' });
    return 'read';
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
}
