import { projectFile, TestServer } from './server.js';

const base64 = async (path: string): Promise<string> => (await projectFile(path)).toString('base64');

describe('a classifier over base64 JSON', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: {
        colours: 'colours',
        sparse: 'colours',
        logits: 'colours_logits',
        raw: 'colours_logits',
        unlabelled: 'colours',
      },
      yaml: {
        sparse: 'labels: sparse.json',
        logits: 'labels: colours.json\nlogits: true',
        raw: 'labels: colours.json',
        unlabelled: 'labels: none',
      },
      labels: {
        'colours.json': 'file:test/fixtures/labels/colours.json',
        'sparse.json': 'file:test/fixtures/labels/colours_sparse.json',
      },
      env: { DEFAULT_MODEL: 'colours' },
    });
  });
  afterAll(() => server.stop());

  const red = (): Promise<string> => base64('test/fixtures/images/red.png');

  it('answers one picture with its prediction', async () => {
    const response = await server.postJson('/predict', { image: await red() });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      prediction: 'red',
      top: [{ label: 'red', index: 0, score: 1 }, { score: 0 }, { score: 0 }],
    });
  });

  it('takes a data URL, and base64 with line breaks', async () => {
    const image = await red();
    expect(
      await (await server.postJson('/predict', { image: `data:image/png;base64,${image}` })).json(),
    ).toMatchObject({ prediction: 'red' });
    const lines = image.replace(/.{76}/g, '$&\r\n');
    expect(await (await server.postJson('/predict', { image: lines })).json()).toMatchObject({
      prediction: 'red',
    });
  });

  it('answers several pictures in their order', async () => {
    const images = await Promise.all(
      ['blue.png', 'red.png', 'green.webp', 'blue.jpg'].map((file) => base64(`test/fixtures/images/${file}`)),
    );
    const response = await server.postJson('/predict', { images });
    expect(await response.json()).toMatchObject({ predictions: ['blue', 'red', 'green', 'blue'] });
  });

  it('answers each bad one of several with its own error', async () => {
    const images = [await red(), 'not base64!', 7, Buffer.from('a text').toString('base64'), ''];
    const response = await server.postJson('/predict', { images });
    expect(response.status).toBe(200);
    const { predictions, results } = (await response.json()) as {
      predictions: unknown;
      results: { error?: { code: string } }[];
    };
    expect(predictions).toEqual(['red', null, null, null, null]);
    expect(results.map(({ error }) => error?.code)).toEqual([
      undefined,
      'IMAGE_UNREADABLE',
      'FIELD_INVALID',
      'IMAGE_UNSUPPORTED',
      'IMAGE_MISSING',
    ]);
  });

  it('calls an index without a name Unknown', async () => {
    const image = await base64('test/fixtures/images/green.png');
    const response = await server.postJson('/models/sparse/predict', { image });
    expect(await response.json()).toMatchObject({
      prediction: 'Unknown',
      top: [{ label: 'Unknown', index: 1 }, {}, {}],
    });
  });

  it('calls a class by its index where the model is to have no labels', async () => {
    const response = await server.postJson('/models/unlabelled/predict', { image: await red() });
    expect(await response.json()).toMatchObject({ prediction: '0' });
  });

  it('applies softmax only where model.yaml says that the model gives logits', async () => {
    const image = await red();
    const scores = async (model: string): Promise<number[]> => {
      const response = await server.postJson(`/models/${model}/predict`, { image });
      return ((await response.json()) as { top: { score: number }[] }).top.map(({ score }) => score);
    };
    expect(await scores('raw')).toEqual([5, 0, 0]);
    const [best, ...others] = await scores('logits');
    expect(best).toBeCloseTo(Math.exp(5) / (Math.exp(5) + 2), 5);
    expect(best! + others[0]! + others[1]!).toBeCloseTo(1, 5);
  });

  it.each([
    ['no field', {}, 400, 'IMAGE_MISSING'],
    ['an empty picture', { image: '' }, 400, 'IMAGE_MISSING'],
    ['what is not base64', { image: 'not base64!' }, 400, 'IMAGE_UNREADABLE'],
    ['a picture that broke off', { image: 'iVBORw0KGgoA' }, 400, 'IMAGE_UNREADABLE'],
    ['base64 of an impossible length', { image: 'AAAAA' }, 400, 'IMAGE_UNREADABLE'],
    ['a data URL of a text', { image: 'data:text/plain;base64,aGk=' }, 415, 'IMAGE_UNSUPPORTED'],
    ['a number', { image: 5 }, 422, 'FIELD_INVALID'],
    ['no pictures', { images: [] }, 422, 'FIELD_INVALID'],
    ['pictures that are no list', { images: 'AAAA' }, 422, 'FIELD_INVALID'],
    ['two fields at once', { image: 'AAAA', images: ['AAAA'] }, 422, 'FIELD_INVALID'],
    ['an unknown field', { picture: 'AAAA' }, 422, 'FIELD_INVALID'],
    ['a list', ['AAAA'], 422, 'FIELD_INVALID'],
    ['null', null, 422, 'FIELD_INVALID'],
  ])('refuses %s', async (_what, body, status, code) => {
    const response = await server.postJson('/predict', body);
    expect(await response.json()).toMatchObject({ status, code });
    expect(response.status).toBe(status);
  });

  it('refuses what is not JSON with 400', async () => {
    const response = await server.postRaw('/predict', Buffer.from('{"image": '), 'application/json');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'BODY_UNREADABLE',
      detail: 'The body is not valid JSON.',
    });
  });

  it('refuses more pictures than are allowed with 413', async () => {
    const response = await server.postJson('/predict', { images: Array.from({ length: 33 }, () => 'AAAA') });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      code: 'TOO_MANY_IMAGES',
      detail: 'Send 32 pictures at most in one request, not 33.',
    });
  });
});
