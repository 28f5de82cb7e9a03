import { Validator } from '@seriousme/openapi-schema-validator';
import { projectFile, TestServer } from './server.js';

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        requestBody?: { content: Record<string, Media> };
        operationId?: string;
        responses: Record<string, { content?: Record<string, Media> }>;
        security?: unknown[];
      }
    >
  >;
  components: { securitySchemes: Record<string, unknown>; schemas: Record<string, unknown> };
}
interface Media {
  schema: { properties?: Record<string, unknown> };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

describe('the OpenAPI document', () => {
  let server: TestServer;
  let document: OpenApi;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes', half_plus_two: 'half_plus_two' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    });
    document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
  });
  afterAll(() => server.stop());

  it('has every route', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    // Those of /v1 are held to in tf-serving-operations.e2e.ts.
    expect(routes.filter((route) => !route.includes(' /v1/')).toSorted()).toEqual([
      'get /health/live',
      'get /health/ready',
      'get /metrics',
      'get /models',
      'get /models/{model}',
      'get /monitoring/prometheus/metrics',
      'post /models/{model}/predict',
      'post /predict',
    ]);
  });

  it('asks for the key once, and for none where none is needed', () => {
    expect(document.components.securitySchemes).toEqual({
      'X-API-Key': { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    });
    expect(document.paths['/health/ready']!.get!.security).toEqual([]);
  });

  it('describes upload, JSON and raw pictures, and every error a client can meet', () => {
    const { requestBody, responses } = document.paths['/predict']!.post!;
    expect(Object.keys(requestBody!.content)).toEqual([
      'multipart/form-data',
      'application/json',
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/gif',
      'image/bmp',
      'image/tiff',
      'image/avif',
    ]);
    expect(requestBody!.content['multipart/form-data']!.schema.properties).toHaveProperty('image');
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '408',
      '413',
      '415',
      '422',
      '429',
      '500',
      '502',
      '503',
      '504',
    ]);
  });

  it('is valid by the schema of OpenAPI', async () => {
    const { errors, valid } = await new Validator().validate(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    );
    expect({ errors, valid }).toEqual({ errors: undefined, valid: true });
  });

  it('gives every operation a name of its own, every error an example of its own, and every answer a schema', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id ?? ''))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { at, security, responses } of operations) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      if (!security) {
        const statuses = errors.map(([status]) => status);
        expect([at, statuses]).toEqual([at, expect.arrayContaining(['401', '403', '429'])]);
      }
      const examples = errors.flatMap(([status, { content = {} }]) =>
        Object.values(content).map(({ examples: several, example }) => {
          expect([at, status, several ?? example]).toEqual([at, status, expect.anything()]);
          for (const { value } of Object.values(several ?? {})) {
            const { status: told } = value as { status?: number };
            if (told !== undefined) expect([at, status]).toEqual([at, String(told)]);
          }
          return JSON.stringify(several ?? example);
        }),
      );
      expect([at, new Set(examples).size]).toEqual([at, errors.length]);
      for (const { schema } of Object.values(responses['200']!.content ?? {}))
        expect([at, schema]).not.toEqual([at, { type: 'object' }]);
    }
  });

  it('takes any JSON as input, and several files in a form', () => {
    const { content } = document.paths['/predict']!.post!.requestBody!;
    const { PredictBody } = document.components.schemas as Record<string, Media['schema']>;
    expect(PredictBody!.properties!.input).not.toHaveProperty('type');
    expect(content['multipart/form-data']!.schema.properties!.image).toMatchObject({ type: 'array' });
  });

  it('shows models, health and refusals as they are', async () => {
    const example = (path: string, status = '200'): Record<string, unknown> =>
      Object.values(document.paths[path]!.get!.responses[status]!.content!)[0]!.example as Record<
        string,
        unknown
      >;
    const get = async (path: string): Promise<Record<string, unknown>> =>
      (await (await server.fetch(path)).json()) as Record<string, unknown>;
    expect(await get('/models/shapes')).toMatchObject(example('/models/{model}'));
    expect(Object.keys(await get('/models'))).toEqual(Object.keys(example('/models')));
    for (const path of ['/health/live', '/health/ready'])
      expect(Object.keys(await get(path))).toEqual(Object.keys(example(path)));
    const ready = example('/health/ready') as { info: { models: { states: object } } };
    expect((await get('/health/ready')).info).toMatchObject({ models: { states: ready.info.models.states } });
    expect(await get('/v1/models/half_plus_two')).toEqual(
      Object.values(document.paths['/v1/models/{model}']!.get!.responses['200']!.content!)[0]!.examples!
        .answer!.value,
    );
  });

  it.each<[string, string, () => Promise<Response>]>([
    ['400', 'IMAGE_UNREADABLE', () => server.postJson('/predict', { image: 'no base64' })],
    [
      '400',
      'IMAGE_MISSING',
      () => {
        const body = new FormData();
        body.append('photo', new Blob(['x']), 'x.png');
        return server.fetch('/predict', { method: 'POST', body });
      },
    ],
    ['400', 'BODY_UNREADABLE', () => server.postRaw('/predict', Buffer.from('{'), 'application/json')],
    ['401', 'KEY_MISSING', () => fetch(`${server.url}/predict`, { method: 'POST' })],
    [
      '401',
      'KEY_INVALID',
      () => fetch(`${server.url}/predict`, { method: 'POST', headers: { 'X-API-Key': 'tn_x' } }),
    ],
    ['404', 'MODEL_NOT_FOUND', () => server.postJson('/models/nope/predict', {})],
    ['404', 'LABEL_NOT_FOUND', () => server.postJson('/predict?label=stable', {})],
    ['413', 'TOO_MANY_IMAGES', () => server.postJson('/predict', { images: Array(33).fill('AAAA') })],
    ['415', 'MEDIA_TYPE_UNSUPPORTED', () => server.postRaw('/predict', Buffer.from('x'), 'text/plain')],
    ['422', 'FIELD_INVALID', () => server.postJson('/predict?topk=3', { image: 'AAAA' })],
    ['422', 'INPUT_INVALID', () => server.postJson('/models/half_plus_two/predict', { input: ['a'] })],
  ])('shows the refusal %s %s as it is', async (status, code, send) => {
    const { examples } =
      document.paths['/predict']!.post!.responses[status]!.content!['application/problem+json']!;
    const { requestId: _, ...shown } = examples![code]!.value as Record<string, unknown>;
    const { requestId, ...told } = (await (await send()).json()) as Record<string, unknown>;
    expect(requestId).toEqual(expect.any(String));
    expect(told).toEqual(shown);
  });

  it('has examples that work as they stand', async () => {
    const { examples } = document.paths['/predict']!.post!.requestBody!.content['application/json']!;
    const answer = async (path: string, body: unknown): Promise<unknown> =>
      (await server.postJson(path, body)).json();
    const answers =
      document.paths['/predict']!.post!.responses['200']!.content!['application/json']!.examples!;
    const shown = answers.picture!.value as { top: { score: number }[] };
    const given = (await answer('/predict?topK=2', examples!.image!.value)) as typeof shown;
    expect(given).toMatchObject({
      prediction: 'star',
      top: shown.top.map(({ score, ...entry }) => ({ ...entry, score: expect.closeTo(score, 3) })),
    });
    expect(await answer('/predict', examples!.images!.value)).toMatchObject({
      predictions: ['star', 'star'],
    });
    expect(await answer('/models/half_plus_two/predict', examples!.input!.value)).toMatchObject({
      predictions: [2.5, 3, 4.5],
    });
    const { image } = examples!.image!.value as { image: string };
    expect(Buffer.from(image, 'base64').equals(await projectFile('samples/tiny-star.png'))).toBe(true);
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name!,
    );
    expect(references.length).toBeGreaterThan(0);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name);
  });
});
