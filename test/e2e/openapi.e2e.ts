import { projectFile, TestServer } from './server.js';

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        requestBody?: { content: Record<string, Media> };
        responses: Record<string, unknown>;
        security?: unknown[];
      }
    >
  >;
  components: { securitySchemes: Record<string, unknown>; schemas: Record<string, unknown> };
}
interface Media {
  schema: { properties?: Record<string, unknown> };
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

  it('offers both ways to send a key, and asks for none where none is needed', () => {
    expect(document.components.securitySchemes).toEqual({
      'X-API-Key': { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      Bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'API key' },
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
    ]);
    expect(requestBody!.content['multipart/form-data']!.schema.properties).toHaveProperty('image');
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '413',
      '415',
      '422',
      '429',
      '503',
      '504',
    ]);
  });

  it('has examples that work as they stand', async () => {
    const { examples } = document.paths['/predict']!.post!.requestBody!.content['application/json']!;
    const answer = async (path: string, body: unknown): Promise<unknown> =>
      (await server.postJson(path, body)).json();
    expect(await answer('/predict', examples!.image!.value)).toMatchObject({ prediction: 'star' });
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
