import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const WHOLE = { type: 'integer' };
const MODEL = { model: TEXT, version: WHOLE };
const STAGES = ['decodeMs', 'preprocessMs', 'queueMs', 'inferenceMs', 'answerMs', 'totalMs'];
const ANY = { description: 'Any JSON value: a number, a text, or nested arrays of them.' };

const object = (properties: Record<string, object>, required = Object.keys(properties)): object => ({
  type: 'object',
  required,
  properties,
});
const list = (items: object): object => ({ type: 'array', items });
const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const either = (...names: string[]): object => ({ anyOf: names.map(ref) });

const TOP = list(object({ label: TEXT, index: WHOLE, score: NUMBER, id: TEXT }, ['label', 'index', 'score']));
const PICTURE = { type: 'string', format: 'byte', description: 'The picture in base64.' };
const B64 = { ...object({ b64: { ...TEXT, minLength: 1 } }), additionalProperties: false };
const TIMINGS = ref('Timings');
const REFUSED = object({ error: object({ status: WHOLE, code: TEXT, detail: TEXT }) });
const TENSORS = list(
  object({ name: TEXT, dtype: TEXT, shape: { ...list({ ...WHOLE, nullable: true }), nullable: true } }),
);

/** The answers of the friendly API, by what the model does. */
export const ANSWER_SCHEMAS: Schemas = {
  PredictBody: {
    type: 'object',
    description: 'One of its fields, or a picture with `inputs`.',
    additionalProperties: false,
    properties: {
      image: { ...TEXT, minLength: 1, description: 'One picture, as base64 or a data URL.' },
      images: {
        ...list({
          anyOf: [{ ...TEXT, minLength: 1 }, B64],
          description: 'Base64, or {"b64": "<base64>"}.',
        }),
        minItems: 1,
        description: 'Several pictures; each is answered or refused on its own.',
      },
      input: {
        description:
          'For a model of numbers: any JSON, the input as nested arrays, or an object of its inputs by name. The batch dimension may be left out.',
      },
      inputs: {
        description:
          'The inputs by name; a picture among them is {"b64": "<base64>"}. Beside `image` or `images` only the others.',
      },
      instances: {
        ...list(ANY),
        minItems: 1,
        description: 'One entry per instance, each nested arrays or an object of its inputs by name.',
      },
    },
  },
  Timings: {
    ...object(Object.fromEntries(STAGES.map((stage) => [stage, NUMBER]))),
    description: 'In milliseconds; the stages add up to totalMs.',
  },
  Classification: object({ ...MODEL, prediction: TEXT, top: TOP, timings: TIMINGS }),
  Picture: object({ ...MODEL, image: PICTURE, contentType: TEXT, timings: TIMINGS }),
  Instance: {
    ...object({ ...MODEL, prediction: ANY, timings: TIMINGS }),
    description: 'Of a model of numbers, to a picture or to an input without its batch dimension.',
  },
  Instances: {
    ...object({ ...MODEL, predictions: ANY, timings: TIMINGS }),
    description: 'Of a model of numbers, to an input or to instances.',
  },
  Pictures: {
    ...object(
      {
        ...MODEL,
        predictions: list({ ...ANY, nullable: true }),
        results: list({
          anyOf: [
            object({ prediction: TEXT, top: TOP, timings: TIMINGS }),
            object({ image: PICTURE, contentType: TEXT, timings: TIMINGS }),
            object({ prediction: ANY, timings: TIMINGS }),
            REFUSED,
          ],
        }),
        timings: object({ totalMs: NUMBER }),
      },
      ['model', 'version', 'results', 'timings'],
    ),
    description: 'To several pictures, in their order: `null` and an error for one that was refused.',
  },
  PredictAnswer: either('Classification', 'Picture', 'Pictures', 'Instance', 'Instances'),
  Model: object(
    {
      name: TEXT,
      version: WHOLE,
      state: TEXT,
      error: TEXT,
      configError: TEXT,
      crashes: object({ refusedInputs: WHOLE, overMemory: WHOLE, refusedKeys: WHOLE, until: TEXT }),
      task: { ...TEXT, enum: ['classification', 'image-to-image', 'tensor'] },
      signature: TEXT,
      signatures: { type: 'object', additionalProperties: object({ inputs: TENSORS, outputs: TENSORS }) },
      input: TEXT,
      inputsBeside: list(TEXT),
      preprocessing: { type: 'object', additionalProperties: true },
      topK: WHOLE,
      labelCount: WHOLE,
      labels: list(TEXT),
      device: TEXT,
      graph: object({ optimised: { type: 'boolean' }, reason: TEXT }, ['optimised']),
      versions: list(object({ version: WHOLE, state: TEXT, error: TEXT }, ['version', 'state'])),
    },
    ['name', 'versions'],
  ),
  Models: object({
    default: { ...TEXT, nullable: true },
    engine: object({ runtime: TEXT, version: TEXT, device: TEXT, runsAtOnce: WHOLE }),
    models: list(ref('Model')),
  }),
};
