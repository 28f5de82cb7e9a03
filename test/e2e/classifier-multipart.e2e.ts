import { projectFile, TestServer } from './server.js';

interface Ranked {
  label: string;
  index: number;
  score: number;
}

describe('a classifier over multipart', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    });
  });
  afterAll(() => server.stop());

  it('answers the five best labels with their probabilities and the time taken', async () => {
    const response = await server.postForm('/predict', await projectFile('samples/star.jpg'));
    const answer = (await response.json()) as { top: Ranked[]; timings: Record<string, number> };
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch('application/json');
    expect(answer).toMatchObject({ model: 'shapes', version: 1, prediction: 'star' });
    expect(answer.top).toHaveLength(5);
    expect(answer.top[0]!.label).toBe('star');
    const scores = answer.top.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.5);
    const { decodeMs, preprocessMs, queueMs, inferenceMs, totalMs } = answer.timings;
    for (const stage of [decodeMs, preprocessMs, inferenceMs]) expect(stage).toBeGreaterThan(0);
    expect(decodeMs! + preprocessMs! + queueMs! + inferenceMs!).toBeLessThanOrEqual(totalMs! + 0.01);
  });

  it('gives the probabilities that TensorFlow gives in Python, for every sample picture', async () => {
    const expected = JSON.parse(String(await projectFile('test/fixtures/shapes-expected.json'))) as Record<
      string,
      { label: string; probabilities: number[] }
    >;
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(10);
    for (const [file, { label, probabilities }] of Object.entries(expected)) {
      const response = await server.postForm('/predict?topK=10', await projectFile(`samples/${file}`));
      const { prediction, top } = (await response.json()) as { prediction: string; top: Ranked[] };
      expect([file, prediction]).toEqual([file, label]);
      // Python resized with Pillow, whose rounding differs from libvips' by a level here and there.
      for (const { index, score } of top) expect(Math.abs(score - probabilities[index]!)).toBeLessThan(0.02);
    }
  });

  it('answers as many labels as are asked for', async () => {
    const response = await server.postForm('/predict?topK=2', await projectFile('samples/heart.jpg'));
    expect(((await response.json()) as { top: Ranked[] }).top).toHaveLength(2);
  });

  it('takes the picture as the whole body, in JPEG, PNG and WebP', async () => {
    for (const [file, type, label] of [
      ['circle.jpg', 'image/jpeg', 'circle'],
      ['cross.png', 'image/png', 'cross'],
      ['ring.webp', 'image/webp', 'ring'],
      ['cross.png', 'application/octet-stream', 'cross'],
    ] as const) {
      const response = await server.postRaw(
        '/models/shapes/predict',
        await projectFile(`samples/${file}`),
        type,
      );
      expect(await response.json()).toMatchObject({ prediction: label });
    }
  });

  it('answers several pictures in their order, and one that is broken with its own error', async () => {
    const pictures = await Promise.all(
      ['star.jpg', 'heart.jpg', 'square.png'].map((file) => projectFile(`samples/${file}`)),
    );
    const broken = pictures[1]!.subarray(0, 3000);
    const response = await server.postForm('/predict', pictures[0]!, broken, pictures[2]!);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { results: unknown[] };
    expect(answer).toMatchObject({ predictions: ['star', null, 'square'] });
    expect(answer.results[1]).toEqual({
      error: { status: 400, code: 'IMAGE_UNREADABLE', detail: expect.stringMatching(/JPEG/) },
    });
  });

  it.each([
    ['no body at all', async () => server.fetch('/predict', { method: 'POST' })],
    ['a form without files', async () => server.postForm('/predict')],
    ['an empty body', async () => server.postRaw('/predict', new Uint8Array(0), 'image/png')],
  ])('refuses %s with 400 and says how to send a picture', async (_what, send) => {
    const response = await send();
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'IMAGE_MISSING',
      detail: expect.stringMatching(/multipart field "image"/),
    });
  });

  it('refuses a broken picture with 400', async () => {
    const star = await projectFile('samples/star.jpg');
    const response = await server.postForm('/predict', star.subarray(0, star.length / 2));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  it.each(['still.tiff', 'drawing.svg', 'page.pdf', 'text.jpg'])(
    'refuses %s by its content with 415, whatever it is called',
    async (file) => {
      const bytes = await projectFile(`test/fixtures/images/${file}`);
      const response = await server.postForm(
        '/predict',
        new File([bytes], 'picture.jpg', { type: 'image/jpeg' }),
      );
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'IMAGE_UNSUPPORTED' });
    },
  );

  it.each(['bomb.png', 'claims-60000.jpg'])('refuses %s with 413 before decoding it', async (file) => {
    const response = await server.postForm('/predict', await projectFile(`test/fixtures/images/${file}`));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      detail: expect.stringMatching(/pixels/),
    });
  });

  it.each([
    ['topK=0', 'topK'],
    ['topK=many', 'topK'],
    ['version=-1', 'version'],
    ['top_k=3', 'top_k'],
  ])('refuses the option %s with 422 that names it', async (query, field) => {
    const response = await server.postForm(`/predict?${query}`, await projectFile('samples/star.jpg'));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'FIELD_INVALID', errors: [{ field }] });
  });

  it.each([
    ['topk=3', '"topk" is no parameter of this route; did you mean "topK"?'],
    ['lable=stable', '"lable" is no parameter of this route; did you mean "label"?'],
    ['threshold=1', '"threshold" is no parameter of this route; it takes version, label, topK, signature.'],
    ['topK=abc', '"topK" must be a whole number from 1 to 1000, such as 5, but received abc.'],
    ['topK=2.5', '"topK" must be a whole number from 1 to 1000, such as 5, but received 2.5.'],
    ['topK=1001', '"topK" must be a whole number from 1 to 1000, such as 5, but received 1001.'],
    ['version=one', '"version" must be a whole number from 0 on, such as 2, but received one.'],
  ])('says what was meant by, or what is wrong with, %s', async (query, detail) => {
    const response = await server.postForm(`/predict?${query}`, await projectFile('samples/star.jpg'));
    expect(await response.json()).toMatchObject({ status: 422, detail });
  });

  it('answers 404 for a model, or a version, that is not there', async () => {
    const star = await projectFile('samples/star.jpg');
    expect((await server.postForm('/models/nope/predict', star)).status).toBe(404);
    const response = await server.postForm('/predict?version=7', star);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      detail: 'There is no version 7 of the model "shapes"; it has version 1.',
    });
  });
});
