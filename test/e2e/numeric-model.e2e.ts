import { TestServer } from './server.js';

describe('a model of numbers', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { half_plus_two: 'half_plus_two', signatures: 'signatures', fails: 'fails' },
    });
  });
  afterAll(() => server.stop());

  const predict = async (
    model: string,
    body: unknown,
    query = '',
  ): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await server.postJson(`/models/${model}/predict${query}`, body);
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  it('answers half plus two', async () => {
    const { status, json } = await predict('half_plus_two', { input: [1.0, 2.0, 5.0] });
    expect(status).toBe(200);
    expect(json).toMatchObject({ model: 'half_plus_two', version: 1, predictions: [2.5, 3.0, 4.5] });
    expect(json.timings).toEqual({
      decodeMs: expect.any(Number),
      preprocessMs: 0,
      queueMs: expect.any(Number),
      inferenceMs: expect.any(Number),
      answerMs: expect.any(Number),
      totalMs: expect.any(Number),
    });
  });

  it('answers one instance without the batch dimension, and instances one by one', async () => {
    expect((await predict('half_plus_two', { input: 1 })).json).toMatchObject({ prediction: 2.5 });
    expect((await predict('half_plus_two', { instances: [1, 2] })).json).toMatchObject({
      predictions: [2.5, 3],
    });
    expect((await predict('half_plus_two', { instances: [{ x: 4 }] })).json).toMatchObject({
      predictions: [4],
    });
  });

  it('runs any signature, with several named inputs and outputs', async () => {
    const sum = await predict('signatures', { input: { a: [1, 2], b: [10, 20] } });
    expect(sum.json).toMatchObject({ predictions: [11, 22] });
    const scale = await predict(
      'signatures',
      {
        input: {
          value: [
            [1, 2],
            [3, 4],
          ],
          factor: [[10], [2]],
        },
      },
      '?signature=scale',
    );
    expect(scale.json).toMatchObject({
      predictions: {
        product: [
          [10, 20],
          [6, 8],
        ],
        total: [30, 14],
      },
    });
    const rows = await predict(
      'signatures',
      { instances: [{ value: [1, 2], factor: [3] }] },
      '?signature=scale',
    );
    expect(rows.json).toMatchObject({ predictions: [{ product: [3, 6], total: 9 }] });
  });

  it('runs a signature without a batch dimension', async () => {
    const { json } = await predict(
      'signatures',
      {
        input: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      '?signature=fixed',
    );
    expect(json).toMatchObject({
      predictions: [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    });
  });

  it.each([
    [
      'a text for a number',
      { input: ['a'] },
      'Expected float32 [?] for the input "x" but received "a", which is not a number that float32 holds.',
    ],
    [
      'too many dimensions',
      { input: [[1]] },
      'Expected float32 [?] for the input "x" but received the shape [1, 1].',
    ],
    [
      'arrays of two lengths',
      { instances: [[1], [1, 2]] },
      'Expected float32 [?] for the input "x" but received the shape [2, 1].',
    ],
    ['no elements', { input: [] }, 'Expected float32 [?] for the input "x" but received no elements at all.'],
    ['an unknown input', { input: { z: [1] } }, 'Expected the input "x" but received one named "z".'],
  ])('refuses %s with what was expected', async (_what, body, detail) => {
    const { status, json } = await predict('half_plus_two', body);
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'INPUT_INVALID', detail });
  });

  it('refuses inputs of different lengths, and a missing one', async () => {
    expect((await predict('signatures', { input: { a: [1, 2], b: [1] } })).json).toMatchObject({
      status: 422,
      detail: 'Expected as many rows in each of the inputs "a", "b" but received 2 and 1.',
    });
    expect((await predict('signatures', { input: { a: [1] } })).json).toMatchObject({
      status: 422,
      detail: 'Expected the inputs "a", "b" but received none named "b".',
    });
  });

  it('refuses a signature that the model lacks', async () => {
    expect((await predict('signatures', { input: [1] }, '?signature=nope')).json).toMatchObject({
      status: 422,
      code: 'FIELD_INVALID',
    });
  });

  it('serves its signature of float64 as well', async () => {
    const { json } = await predict('signatures', { input: [0.1, 1e300] }, '?signature=double');
    expect(json).toMatchObject({ predictions: [0.2, 2e300] });
  });

  it('tells a caller that the model failed on its input, and serves the next', async () => {
    expect((await predict('fails', { input: [-1] })).json).toMatchObject({
      status: 422,
      code: 'INPUT_REFUSED',
    });
    expect((await predict('fails', { input: [1] })).json).toMatchObject({ predictions: [1] });
  });

  it('does not let an input that the model refuses spoil others that were sent at the same time', async () => {
    const answers = await Promise.all([1, -1, 2, -2, 3].map((x) => predict('fails', { input: [x] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 200, 422, 200]);
    expect(answers[4]!.json).toMatchObject({ predictions: [3] });
  });

  it('takes no picture', async () => {
    const response = await server.postRaw('/models/half_plus_two/predict', new Uint8Array([1]), 'image/png');
    expect(await response.json()).toMatchObject({ status: 422, code: 'FIELD_INVALID' });
  });
});
