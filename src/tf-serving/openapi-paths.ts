import type { OpenAPIObject } from '@nestjs/swagger';
import { TIMEOUT_HEADER } from '../http/call.js';
import { TIMEOUT_DESCRIPTION } from '../predict/api-predict.decorator.js';
import { EXAMPLE_PICTURE } from '../predict/example-picture.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Parameters = NonNullable<Operation['parameters']>;
type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

const TIMEOUT: Parameters[number] = {
  name: TIMEOUT_HEADER,
  in: 'header',
  required: false,
  description: TIMEOUT_DESCRIPTION,
  schema: { type: 'integer', minimum: 1 },
};
const MODEL = parameter('model', 'shapes', 'Name of a model; see GET /v1/models.');

/** Ways to say which version of a model is meant. */
const VARIANTS: readonly { readonly path: string; readonly of: string; readonly parameters: Parameters }[] = [
  { path: '/v1/models/{model}', of: '', parameters: [MODEL] },
  {
    path: '/v1/models/{model}/versions/{version}',
    of: ', by its version',
    parameters: [MODEL, parameter('version', '1', 'A version that is served.')],
  },
  {
    path: '/v1/models/{model}/labels/{label}',
    of: ', by the label of its version',
    parameters: [MODEL, parameter('label', 'stable', 'One of versionLabels in model.yaml.')],
  },
];

const ERRORS: Operation['responses'] = Object.fromEntries(
  Object.entries({
    400: 'The request cannot be understood, or the model does not take it.',
    401: 'The API key is missing or not valid.',
    403: 'The API key may not use this model.',
    404: 'There is no such model or version.',
    413: 'The body or a picture is too large.',
    415: 'A picture is no JPEG, PNG or WebP.',
    429: 'Too many requests; Retry-After says when to go on.',
    503: 'The model is not ready, too many requests wait, the time given is too short, or the engine failed; Retry-After says when to try again.',
    504: 'The prediction took too long.',
  }).map(([status, description]) => [
    status,
    { description, content: json({ error: { summary: 'Why', value: { error: description } } }) },
  ]),
);

const PREDICT_BODY: Examples = {
  pictures: {
    summary: 'Pictures, for a model that takes pictures',
    value: { instances: [{ b64: EXAMPLE_PICTURE }] },
  },
  row: { summary: 'Numbers, instance by instance', value: { instances: [1, 2, 5] } },
  columnar: {
    summary: 'Numbers, input by input',
    value: { signature_name: 'serving_default', inputs: { x: [1, 2, 5] } },
  },
};

const PREDICT_ANSWER: Examples = {
  row: { summary: 'To instances', value: { predictions: [2.5, 3, 4.5] } },
  columnar: { summary: 'To inputs', value: { outputs: [2.5, 3, 4.5] } },
};

const STATUS = {
  model_version_status: [
    { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
  ],
};

const FLOATS = {
  dtype: 'DT_FLOAT',
  tensor_shape: { dim: [{ size: '-1', name: '' }], unknown_rank: false },
  name: 'serving_default_x:0',
};

const METADATA = {
  model_spec: { name: 'half_plus_two', signature_name: '', version: '1' },
  metadata: {
    signature_def: {
      signature_def: {
        serving_default: {
          inputs: { x: FLOATS },
          outputs: { y: { ...FLOATS, name: 'StatefulPartitionedCall:0' } },
          method_name: 'tensorflow/serving/predict',
          defaults: {},
        },
      },
    },
  },
};

/** The routes of `/v1`: all are answered by one that takes every path, so Nest knows none of them. */
export const TF_SERVING_PATHS: Paths = {
  '/v1/models': {
    get: reading('The models that the key may use, with the states of their versions', [], {
      models: [{ name: 'shapes', ...STATUS }],
    }),
  },
  ...Object.fromEntries(
    VARIANTS.flatMap(({ path, of, parameters }) => [
      [`${path}:predict`, { post: sending(`Predict${of}`, parameters, PREDICT_BODY, PREDICT_ANSWER) }],
      [`${path}:classify`, { post: examplesRoute('classify', of, parameters, [[['', 12.25]]]) }],
      [`${path}:regress`, { post: examplesRoute('regress', of, parameters, [42.25]) }],
      [path, { get: reading(`The states of a model’s versions${of}`, parameters, STATUS) }],
      [`${path}/metadata`, { get: reading(`The signatures of a model${of}`, parameters, METADATA) }],
    ]),
  ),
};

function examplesRoute(
  method: 'classify' | 'regress',
  of: string,
  parameters: Parameters,
  results: unknown,
): Operation {
  const value = {
    signature_name: `${method}_x_to_y`,
    examples: [{ x: method === 'classify' ? 20.5 : 80.5 }],
  };
  const body = { examples: { summary: 'Features by name, one object for each example', value } };
  const answer = { results: { summary: 'One entry for each example', value: { results } } };
  const what = method === 'classify' ? 'Classes and scores' : 'Numbers';
  return sending(`${what} for examples${of}`, parameters, body, answer);
}

function sending(summary: string, parameters: Parameters, body: Examples, answer: Examples): Operation {
  return {
    ...operation(summary, [...parameters, TIMEOUT], answer),
    requestBody: { required: true, content: json(body) },
  };
}

function reading(summary: string, parameters: Parameters, value: unknown): Operation {
  return operation(summary, parameters, { answer: { summary: 'For example', value } });
}

function operation(summary: string, parameters: Parameters, answer: Examples): Operation {
  const responses = { 200: { description: 'The answer.', content: json(answer) }, ...ERRORS };
  return { tags: ['TensorFlow Serving'], summary, parameters, responses };
}

function json(examples: Examples): Record<string, { schema: { type: string }; examples: Examples }> {
  return { 'application/json': { schema: { type: 'object' }, examples } };
}

function parameter(name: string, example: string, description: string): Parameters[number] {
  return { name, in: 'path', required: true, description, schema: { type: 'string' }, example };
}
