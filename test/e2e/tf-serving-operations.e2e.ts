import { TestServer } from './server.js';

interface Operation {
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly example: string }[];
  readonly requestBody?: {
    readonly content: Record<string, { examples: Record<string, { value: unknown }> }>;
  };
}

describe('who runs /v1', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes', half_plus_two: 'half_plus_two', m: 'half_plus_two_serving' },
      yaml: { shapes: 'versionLabels: {stable: 1}', m: 'versionLabels: {stable: 123}' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { ENGINE: 'tensorflow' },
    });
  });
  afterAll(() => server.stop());

  it('sees which signatures a model has', async () => {
    const metadata = await server.fetch('/v1/models/m/labels/stable/metadata');
    const json = (await metadata.json()) as {
      metadata: { signature_def: { signature_def: Record<string, unknown> } };
    };
    expect(json).toMatchObject({ model_spec: { name: 'm', signature_name: '', version: '123' } });
    const { signature_def: signatures } = json.metadata.signature_def;
    expect(Object.keys(signatures).toSorted()).toEqual([
      'classify_x2_to_y3',
      'classify_x_to_y',
      'regress_x2_to_y3',
      'regress_x_to_y',
      'regress_x_to_y2',
      'serving_default',
    ]);
    expect(signatures.serving_default).toEqual({
      inputs: {
        x: {
          dtype: 'DT_FLOAT',
          tensor_shape: {
            dim: [
              { size: '-1', name: '' },
              { size: '1', name: '' },
            ],
            unknown_rank: false,
          },
          name: 'x:0',
        },
      },
      outputs: {
        y: {
          dtype: 'DT_FLOAT',
          tensor_shape: {
            dim: [
              { size: '-1', name: '' },
              { size: '1', name: '' },
            ],
            unknown_rank: false,
          },
          name: 'y:0',
        },
      },
      method_name: 'tensorflow/serving/predict',
      defaults: {},
    });
  });

  it('finds its dashboards’ metrics, which no caller can multiply', async () => {
    const predict = (model: string, body: string): Promise<Response> =>
      server.fetch(`/v1/models/${model}:predict`, { method: 'POST', body });
    await predict('half_plus_two', '{"instances": [1]}');
    await predict('half_plus_two', '{"instances": ["a"]}');
    await predict('made-up-1', '{}');
    await predict('made-up-2', '{}');
    await server.fetch('/v1/models/m:regress', {
      method: 'POST',
      body: '{"signature_name": "regress_x_to_y", "examples": [{"x": 1.5}, {"x": 2.5}]}',
    });
    const response = await server.fetch('/monitoring/prometheus/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain');
    const lines = (await response.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE :tensorflow:serving:request_count counter',
        ':tensorflow:serving:request_count{model_name="half_plus_two",status="OK"} 1',
        ':tensorflow:serving:request_count{model_name="half_plus_two",status="INVALID_ARGUMENT"} 1',
        ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"} 2',
        ':tensorflow:serving:request_latency_count{model_name="half_plus_two",API="predict",entrypoint="REST"} 1',
        ':tensorflow:serving:runtime_latency_count{model_name="half_plus_two",API="Predict",runtime="TF1"} 1',
        ':tensorflow:serving:request_example_count_total{model="m"} 2',
      ]),
    );
    expect(lines.join('\n')).not.toContain('made-up');
  });

  it('finds every route documented, with examples that work', async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, { get?: Operation; post?: Operation }>;
    };
    const own = Object.entries(paths).filter(([path]) => path.startsWith('/v1'));
    expect(own.map(([path]) => path).toSorted()).toEqual(
      [
        '/v1/models',
        ...['', '/versions/{version}', '/labels/{label}'].flatMap((variant) =>
          [':predict', ':classify', ':regress', '', '/metadata'].map(
            (what) => `/v1/models/{model}${variant}${what}`,
          ),
        ),
      ].toSorted(),
    );
    for (const [path, { get, post }] of own) {
      const operation = (get ?? post)!;
      expect(operation.tags).toEqual(['TensorFlow Serving']);
      const filled = (operation.parameters ?? []).reduce(
        (text, { name, example }) => text.replace(`{${name}}`, example),
        path,
      );
      if (get) expect([path, (await server.fetch(filled)).status]).toEqual([path, 200]);
    }
    const { examples } = paths['/v1/models/{model}:predict']!.post!.requestBody!.content['application/json']!;
    for (const [name, { value }] of Object.entries(examples)) {
      const model = name === 'pictures' ? 'shapes' : 'half_plus_two';
      expect((await server.postJson(`/v1/models/${model}:predict`, value)).status).toBe(200);
    }
    for (const verb of ['classify', 'regress']) {
      const { content } = paths[`/v1/models/{model}:${verb}`]!.post!.requestBody!;
      const { value } = content['application/json']!.examples.examples!;
      expect((await server.postJson(`/v1/models/m:${verb}`, value)).status).toBe(200);
    }
  });
});
