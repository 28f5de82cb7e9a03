import { TestServer } from './server.js';

describe('labels', () => {
  let server: TestServer;

  beforeAll(async () => {
    const names = ['good', 'missing', 'malformed', 'short', 'long', 'twice', 'outside'];
    server = await TestServer.start({
      models: Object.fromEntries(names.map((name) => [name, 'colours'])),
      yaml: { outside: 'labels: ../secret.json' },
      strays: { 'missing/class_names.txt': 'red\ngreen\nblue\n' },
      labels: {
        'mising.json': '["red", "green", "blue"]',
        'good.json': '{"0": ["n1", "red"], "1": ["n2", "green"], "2": ["n3", "blue"]}',
        'malformed.json': '["red", "green"',
        'short.json': '["red", "green"]',
        'long.json': '["red", "green", "blue", "alpha"]',
        'twice.json': '{"red": 0, "green": 1, "blue": 1}',
      },
    });
  });
  afterAll(() => server.stop());

  const model = async (name: string): Promise<unknown> => (await server.fetch(`/models/${name}`)).json();

  it('are read in the form that Keras uses for ImageNet', async () => {
    expect(await model('good')).toMatchObject({ state: 'AVAILABLE', labels: ['red', 'green', 'blue'] });
  });

  it.each([
    [
      'missing',
      /labels\/missing\.json .* In labels there is mising\.json: "labels: mising\.json" in model\.yaml takes that one\. missing\/class_names\.txt is not looked at: if it has the labels, put it into the labels folder as missing\.json\.$/,
    ],
    ['malformed', /labels\/malformed\.json/],
    ['short', /Expected 3 labels .* received 2 in labels\/short\.json/],
    ['long', /Expected 3 labels .* received 4 in labels\/long\.json/],
    ['twice', /labels\/twice\.json/],
    ['outside', /secret\.json/],
  ])(
    'that are %s stop the model from being served, with a reason that names the file',
    async (name, reason) => {
      expect(await model(name)).toMatchObject({ state: 'END', error: expect.stringMatching(reason) });
      const response = await server.fetch(`/models/${name}/predict`, { method: 'POST' });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).not.toBeNull();
      expect(await response.json()).toMatchObject({
        code: 'MODEL_NOT_READY',
        detail: expect.stringMatching(`GET /models/${name} says why`),
      });
    },
  );

  it('that are wrong for one model leave the others alone, and readiness tells', async () => {
    const response = await fetch(`${server.url}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      details: {
        models: { reason: '6 of 7 models cannot be used.', states: { AVAILABLE: 1, END: 6 } },
      },
    });
  });
});
