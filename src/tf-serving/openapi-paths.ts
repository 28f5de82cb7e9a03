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

const ANY = { description: 'Any JSON value.' };
const ERROR_SCHEMA = { type: 'object', required: ['error'], properties: { error: { type: 'string' } } };
const BODY_SCHEMAS = {
  predict: {
    type: 'object',
    properties: { signature_name: { type: 'string' }, instances: { type: 'array', items: ANY }, inputs: ANY },
  },
  examples: {
    type: 'object',
    required: ['examples'],
    properties: {
      signature_name: { type: 'string' },
      context: { type: 'object', additionalProperties: true },
      examples: { type: 'array', items: { type: 'object', additionalProperties: true } },
    },
  },
};
const ANSWER = {
  predict: { type: 'object', properties: { predictions: { type: 'array', items: ANY }, outputs: ANY } },
  examples: {
    type: 'object',
    required: ['results'],
    properties: { results: { type: 'array', items: ANY } },
  },
  reading: { type: 'object', additionalProperties: true },
};

/** Ways to say which version of a model is meant. */
const VARIANTS: readonly {
  readonly path: string;
  readonly id: string;
  readonly of: string;
  readonly parameters: Parameters;
}[] = [
  { path: '/v1/models/{model}', id: '', of: '', parameters: [MODEL] },
  {
    path: '/v1/models/{model}/versions/{version}',
    id: 'Version',
    of: ', by its version',
    parameters: [MODEL, parameter('version', '1', 'A version that is served.')],
  },
  {
    path: '/v1/models/{model}/labels/{label}',
    id: 'Label',
    of: ', by the label of its version',
    parameters: [MODEL, parameter('label', 'stable', 'One of versionLabels in model.yaml.')],
  },
];

/** What each status means, and what is told then. */
const REFUSALS: Readonly<Record<number, readonly [meaning: string, error: string]>> = {
  400: [
    'The request cannot be understood, or the model does not take it.',
    "JSON Value: {} When method is classify, key 'examples' is expected and was not found",
  ],
  401: [
    'The API key is missing or not valid.',
    'This request carries no API key: send one in the X-API-Key header, or as Authorization: Bearer.',
  ],
  403: [
    'The API key may not use this model, or has not the scope predict.',
    'This API key may not use the model "shapes"; it is for denoise.',
  ],
  404: ['There is no such model or version.', 'Servable not found for request: Latest(nope)'],
  408: ['The body did not arrive in time.', 'The body did not arrive within 30000 ms.'],
  413: [
    'The body or a picture is too large.',
    'The body may have 67108864 bytes at most; this one has more.',
  ],
  415: [
    'A picture is of a format that is not read.',
    'Picture 0 of the input "image": The picture is of no known picture format; accepted are JPEG, PNG, WebP, GIF and BMP.',
  ],
  429: [
    'Too many requests; Retry-After says when to go on.',
    'More than 600 requests within a minute: try again in 60 seconds.',
  ],
  500: [
    'Something unexpected happened.',
    "Something unexpected happened. The server's log has it under this request's id.",
  ],
  502: ['Another server, which runs the model, failed.', "The remote server's answer is not HTTP."],
  503: [
    'The model is not ready, too many requests wait, the time given is too short, or the engine failed; Retry-After says when to try again.',
    'Too many requests are waiting for this model. Try again.',
  ],
  504: [
    'The prediction took too long.',
    'The answer was not ready within 30000 ms. Try again when the server is less busy.',
  ],
};
const OF_READING = new Set(['400', '401', '403', '404', '429', '500', '503', '504']);

const ERRORS: Operation['responses'] = Object.fromEntries(
  Object.entries(REFUSALS).map(([status, [description, error]]) => [
    status,
    { description, content: json({ error: { summary: description, value: { error } } }, ERROR_SCHEMA) },
  ]),
);
const READING_ERRORS = Object.fromEntries(
  Object.entries(ERRORS).filter(([status]) => OF_READING.has(status)),
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
          outputs: { y: { ...FLOATS, name: 'PartitionedCall:0' } },
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
    get: reading('servingModels', 'The models that the key may use, with the states of their versions', [], {
      models: [{ name: 'shapes', ...STATUS }],
    }),
  },
  ...Object.fromEntries(
    VARIANTS.flatMap(({ path, id, of, parameters }) => [
      [
        `${path}:predict`,
        {
          post: sending(
            `servingPredict${id}`,
            `Predict${of}`,
            parameters,
            'predict',
            PREDICT_BODY,
            PREDICT_ANSWER,
          ),
        },
      ],
      [`${path}:classify`, { post: examplesRoute('classify', id, of, parameters, [[['', 12.25]]]) }],
      [`${path}:regress`, { post: examplesRoute('regress', id, of, parameters, [42.25]) }],
      [
        path,
        { get: reading(`servingStatus${id}`, `The states of a model’s versions${of}`, parameters, STATUS) },
      ],
      [
        `${path}/metadata`,
        { get: reading(`servingMetadata${id}`, `The signatures of a model${of}`, parameters, METADATA) },
      ],
    ]),
  ),
};

function examplesRoute(
  method: 'classify' | 'regress',
  id: string,
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
  const [what, name] = method === 'classify' ? ['Classes and scores', 'Classify'] : ['Numbers', 'Regress'];
  return sending(`serving${name}${id}`, `${what} for examples${of}`, parameters, 'examples', body, answer);
}

function sending(
  operationId: string,
  summary: string,
  parameters: Parameters,
  kind: 'predict' | 'examples',
  body: Examples,
  answer: Examples,
): Operation {
  return {
    ...operation(operationId, summary, [...parameters, TIMEOUT], json(answer, ANSWER[kind]), ERRORS),
    requestBody: { required: true, content: json(body, BODY_SCHEMAS[kind]) },
  };
}

function reading(operationId: string, summary: string, parameters: Parameters, value: unknown): Operation {
  const answer = json({ answer: { summary: 'For example', value } }, ANSWER.reading);
  return operation(operationId, summary, parameters, answer, READING_ERRORS);
}

function operation(
  operationId: string,
  summary: string,
  parameters: Parameters,
  content: ReturnType<typeof json>,
  errors: Operation['responses'],
): Operation {
  const responses = { 200: { description: 'The answer.', content }, ...errors };
  return { tags: ['TensorFlow Serving'], operationId, summary, parameters, responses };
}

function json(examples: Examples, schema: object): Record<string, { schema: object; examples: Examples }> {
  return { 'application/json': { schema, examples } };
}

function parameter(name: string, example: string, description: string): Parameters[number] {
  return { name, in: 'path', required: true, description, schema: { type: 'string' }, example };
}
