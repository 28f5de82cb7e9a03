import { sharp } from '../../src/images/sharp.js';
import { projectFile, TestServer } from './server.js';

/** Clients of TensorFlow Serving, served as they are. */
describe('predictions at /v1', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: {
        shapes: 'models/shapes',
        denoise: 'models/denoise',
        half_plus_two: 'half_plus_two',
        m: 'half_plus_two_serving',
        snappy: 'half_plus_two_snappy',
        pinned: 'test/fixtures/serving/pinned',
        pinned_as_exported: 'test/fixtures/serving/pinned',
        signatures: 'signatures',
        fails: 'fails',
        echo: 'echo',
        echo_nchw: 'echo_nchw',
        echo_any: 'echo_any',
        echo_uint8: 'echo_uint8',
        fractions: 'echo',
        fractions_any: 'echo_any',
        float64: 'identity_float64',
        float16: 'identity_float16',
        int64: 'identity_int64',
        text: 'identity_string',
      },
      yaml: {
        echo_nchw: 'preprocessing: { layout: nchw }',
        fractions: 'preprocessing: { resampling: tensorflow.bilinear, scale: raw }',
        fractions_any: 'preprocessing: { size: [3, 5], resampling: tensorflow.area }',
      },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { ENGINE: 'tensorflow', RATE_LIMIT: '100000' },
    });
  });
  afterAll(() => server.stop());

  const post = async (path: string, body: string | Buffer): Promise<{ status: number; text: string }> => {
    const response = await server.fetch(`/v1/models/${path}`, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  };
  const predict = async (model: string, body: unknown): Promise<{ status: number; json: never }> => {
    const { status, text } = await post(`${model}:predict`, JSON.stringify(body));
    return { status, json: JSON.parse(text) as never };
  };
  const b64 = async (path: string): Promise<{ b64: string }> => ({
    b64: (await projectFile(path)).toString('base64'),
  });
  const image = (name: string): Promise<{ b64: string }> => b64(`test/fixtures/images/${name}`);

  it('answer the tutorial, whatever type the body is said to have', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'image/png']) {
      const response = await server.fetch('/v1/models/half_plus_two:predict', {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: '{"instances": [1.0, 2.0, 5.0]}',
      });
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual({ predictions: [2.5, 3, 4.5] });
    }
  });

  it.each(['snappy', 'pinned', 'pinned_as_exported'])(
    'answer the quick start, however its model was written: %s',
    async (model) => {
      expect(await predict(model, { instances: [1.0, 2.0, 5.0] })).toMatchObject({
        json: { predictions: [2.5, 3, 4.5] },
      });
      const examples = [{ x: 80.5 }, { x: 20.5 }];
      const ask = (verb: string): Promise<{ text: string }> =>
        post(`${model}:${verb}`, JSON.stringify({ signature_name: `${verb}_x_to_y`, examples }));
      expect((await ask('regress')).text).toBe('{"results":[42.25,12.25]}');
      expect((await ask('classify')).text).toBe('{"results":[[["",42.25]],[["",12.25]]]}');
    },
  );

  it('run a tensor of another rank than the signature has, where the model can', async () => {
    expect(await predict('m', { instances: [1, 2, 5] })).toMatchObject({
      json: { predictions: [2.5, 3, 4.5] },
    });
    expect(await predict('m', { inputs: 1 })).toMatchObject({ json: { outputs: 2.5 } });
    expect(await predict('half_plus_two', { instances: [[1, 2]] })).toMatchObject({
      json: { predictions: [[2.5, 3]] },
    });
  });

  it('refuse a shape that the model does not take, and say which it does', async () => {
    for (const instances of [[1, 2], [[1, 2]], [[[[1]]]]]) {
      const { status, json } = await predict('shapes', { instances });
      expect({ status, json }).toMatchObject({
        status: 400,
        json: {
          error: expect.stringMatching(/^Expected float32 \[\?, 64, 64, 3\] for the input "image" but/),
        },
      });
    }
    expect(await predict('signatures', { inputs: { a: [1, 2], b: [1, 2, 3] } })).toMatchObject({
      status: 400,
    });
    // No engine died of it.
    expect(server.log().filter(({ context }) => context === 'Engine')).toEqual([]);
  });

  it('take pictures where the model takes pixels, as many as are sent', async () => {
    const pictures = await Promise.all(
      ['star.jpg', 'heart.jpg', 'ring.webp'].map((name) => b64(`samples/${name}`)),
    );
    const { json } = await predict('shapes', { instances: pictures });
    const { predictions } = json as { predictions: number[][] };
    const form = await server.postForm('/models/shapes/predict', await projectFile('samples/star.jpg'));
    const { top } = (await form.json()) as { top: { index: number; score: number }[] };
    const labels = JSON.parse((await projectFile('labels/shapes.json')).toString()) as string[];
    expect(predictions.map((scores) => labels[scores.indexOf(Math.max(...scores))])).toEqual([
      'star',
      'heart',
      'ring',
    ]);
    expect(predictions[0]![top[0]!.index]).toBeCloseTo(top[0]!.score, 5);
  });

  it('take a picture input by input, and by its name', async () => {
    const red = await image('red.png');
    const row = Array.from({ length: 4 }, () => [1, 0, 0]);
    const pixels = Array.from({ length: 4 }, () => row);
    expect(await predict('echo', { instances: [{ image: red }] })).toMatchObject({
      json: { predictions: [pixels] },
    });
    expect(await predict('echo', { inputs: { image: [red, red] } })).toMatchObject({
      json: { outputs: [pixels, pixels] },
    });
    expect(await predict('echo', { inputs: red })).toMatchObject({ json: { outputs: [pixels] } });
    const { json } = await predict('echo_nchw', { instances: [red] });
    const { predictions } = json as { predictions: number[][][][] };
    expect(predictions[0]!.map((channel) => channel[0]![0])).toEqual([1, 0, 0]);
    expect(await predict('echo_uint8', { instances: [red] })).toMatchObject({
      json: { predictions: [Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [255, 0, 0]))] },
    });
  });

  it.each(['fractions', 'fractions_any'])(
    'take several pictures as each by itself where pixels become fractions: %s',
    async (model) => {
      const noise = Buffer.from(Array.from({ length: 48 }, (_, index) => (index * 89) % 256));
      const raw = { width: 4, height: 4, channels: 3 } as const;
      // Of the model's size, so not resampled.
      const exact = { b64: (await sharp(noise, { raw }).png().toBuffer()).toString('base64') };
      const pictures = [exact, await b64('samples/star.jpg'), await image('rgba.png')];
      const alone = [];
      for (const picture of pictures) {
        const { json } = await predict(model, { instances: [picture] });
        alone.push(...(json as { predictions: unknown[] }).predictions);
      }
      expect(await predict(model, { instances: pictures })).toEqual({
        status: 200,
        json: { predictions: alone },
      });
      expect(await predict(model, { inputs: { image: pictures.toReversed() } })).toEqual({
        status: 200,
        json: { outputs: alone.toReversed() },
      });
    },
  );

  it('say which of several pictures is at fault', async () => {
    const [red, tiff, cut] = await Promise.all(['red.png', 'still.tiff', 'truncated.png'].map(image));
    expect(await predict('echo', { instances: [red, cut] })).toMatchObject({
      status: 400,
      json: {
        error: expect.stringMatching(/^Picture 1 of the input "image": The picture begins as PNG but/),
      },
    });
    expect(await predict('echo', { instances: [tiff] })).toMatchObject({
      status: 415,
      json: { error: expect.stringMatching(/^Picture 0 of the input "image": The picture is TIFF;/) },
    });
    expect(await predict('echo', { instances: [await image('claims-60000.png')] })).toMatchObject({
      status: 413,
    });
    expect(await predict('echo', { instances: Array.from({ length: 33 }, () => red) })).toEqual({
      status: 413,
      json: { error: 'Send 32 pictures at most in one request, not 33.' },
    });
  });

  it('need pictures of one size where the model takes any', async () => {
    const [small, large] = await Promise.all(['red.png', 'red-64.png'].map(image));
    expect(await predict('echo_any', { instances: [large, small] })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('of the input "image" are of different sizes, 64 × 64 and ') },
    });
    expect(await predict('echo_any', { instances: [large, large] })).toMatchObject({ status: 200 });
  });

  it('hand strings to the model as they are, and its own back', async () => {
    const inputs = await b64('samples/noisy.png');
    const response = await server.fetch('/v1/models/denoise:predict', {
      method: 'POST',
      body: JSON.stringify({ inputs }),
    });
    const answer = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(answer).toMatch(/^\{"outputs":"\x89PNG\\r\\n/);
    expect(await predict('text', { instances: ['a', { b64: 'Yg==' }] })).toMatchObject({
      json: { predictions: ['a', 'b'] },
    });
  });

  it('refuse a picture that the model would unpack to more than is allowed', async () => {
    expect(await predict('denoise', { inputs: await image('claims-60000.png') })).toMatchObject({
      status: 413,
      json: { error: expect.stringContaining('at most 4,000,000 are accepted') },
    });
    expect(await predict('denoise', { inputs: 'no picture' })).toMatchObject({ status: 400 });
  });

  it('keep every digit of int64', async () => {
    const body = '{"instances": [9223372036854775807, -9223372036854775808, 9007199254740993]}';
    expect(await post('int64:predict', body)).toEqual({
      status: 200,
      text: '{"predictions":[9223372036854775807,-9223372036854775808,9007199254740993]}',
    });
  });

  it('spell decimals, and what are no numbers, as TensorFlow Serving does', async () => {
    const body = '{"instances": [NaN, Infinity, -Infinity, -0.0, 0.1, 3, 9e6, 3e-5, 0.3333333333333333]}';
    expect(await post('float64:predict', body)).toEqual({
      status: 200,
      text: '{"predictions":[NaN,Infinity,-Infinity,-0.0,0.1,3.0,9e+06,3e-05,0.33333333333333331]}',
    });
    const { text } = await post('half_plus_two:predict', '{"instances": [NaN, 1e30, 0.3333333333]}');
    expect(text).toBe('{"predictions":[NaN,5e+29,2.16666675]}');
  });

  it('have no words for float16', async () => {
    const { status } = await predict('float16', { inputs: [1] });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).not.toBe(500);
  });

  it('run any signature, row by row and input by input', async () => {
    const named = { value: [1, 2], factor: [3] };
    expect(await predict('signatures', { signature_name: 'scale', instances: [named, named] })).toMatchObject(
      {
        json: {
          predictions: [
            { product: [3, 6], total: 9 },
            { product: [3, 6], total: 9 },
          ],
        },
      },
    );
    const inputs = { value: [[1, 2]], factor: [[3]] };
    expect(await predict('signatures', { signature_name: 'scale', inputs })).toMatchObject({
      json: { outputs: { product: [[3, 6]], total: [9] } },
    });
  });

  it('answer examples with classes and with numbers', async () => {
    // A whole number would be another kind of feature.
    const regress = '{"signature_name": "regress_x_to_y", "examples": [{"x": 80.0}, {"x": [20.0]}]}';
    expect(await post('m:regress', regress)).toEqual({ status: 200, text: '{"results":[42.0,12.0]}' });
    const classify = '{"signature_name": "classify_x_to_y", "context": {"x": 4.0}, "examples": [{}]}';
    expect(await post('m/versions/123:classify', classify)).toEqual({
      status: 200,
      text: '{"results":[[["",4.0]]]}',
    });
  });

  it.each([
    ['regress', { examples: [{ x: 1 }] }, /^The signature "serving_default" cannot be used with regress/],
    [
      'classify',
      { signature_name: 'regress_x_to_y', examples: [{ x: 1 }] },
      /must have "classes" or "scores" or both as its outputs, not "outputs" \(float32\)\.$/,
    ],
    [
      'classify',
      { signature_name: 'nope', examples: [{ x: 1 }] },
      /^No signature was found with the name: nope$/,
    ],
  ])('say why a signature cannot be used with %s', async (verb, body, sentence) => {
    const { status, text } = await post(`m:${verb}`, JSON.stringify(body));
    expect(status).toBe(400);
    expect((JSON.parse(text) as { error: string }).error).toMatch(sentence);
  });

  it('tell a caller that the model failed on its input', async () => {
    expect(await predict('fails', { instances: [-1] })).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/^The model failed on this input\./) },
    });
    expect(await predict('fails', { instances: [1] })).toMatchObject({ json: { predictions: [1] } });
  });

  it('live through JSON nested 500,000 deep', async () => {
    const body = `{"instances": ${'['.repeat(500_000)}1${']'.repeat(500_000)}}`;
    const { status } = await post('half_plus_two:predict', body);
    expect(status).toBe(400);
    expect(await predict('half_plus_two', { instances: [1] })).toMatchObject({
      json: { predictions: [2.5] },
    });
  });

  it('leave model, version and times in the log', async () => {
    await server.fetch('/v1/models/shapes:predict', {
      method: 'POST',
      headers: { 'X-Request-Id': 'logged-1' },
      body: JSON.stringify({ instances: [await b64('samples/star.jpg')] }),
    });
    const line = (): Record<string, unknown> | undefined =>
      server.log().find(({ requestId, status }) => requestId === 'logged-1' && status === 200);
    await server.until(() => line() !== undefined, 'the request is logged', 5000);
    expect(line()).toMatchObject({
      model: 'shapes',
      version: 1,
      timings: { decodeMs: expect.any(Number), inferenceMs: expect.any(Number) },
    });
  });
});

describe('predictions at /v1 on WebAssembly', () => {
  it('are the same, and no shape does harm', async () => {
    const server = await TestServer.start({
      models: { half_plus_two: 'half_plus_two', colours: 'colours' },
      labels: { 'colours.json': 'file:test/fixtures/labels/colours.json' },
      env: { ENGINE: 'wasm' },
    });
    const predict = async (model: string, body: unknown): Promise<unknown> =>
      (await server.postJson(`/v1/models/${model}:predict`, body)).json();
    const b64 = (await projectFile('test/fixtures/images/red.png')).toString('base64');
    expect(await predict('half_plus_two', { instances: [1, 2, 5] })).toEqual({ predictions: [2.5, 3, 4.5] });
    expect(await predict('colours', { instances: [{ b64 }, { b64 }] })).toEqual({
      predictions: [
        [1, 0, 0],
        [1, 0, 0],
      ],
    });
    for (const instances of [[1], [[1]], [[[[[1]]]]]])
      expect(await predict('colours', { instances })).toEqual({ error: expect.any(String) });
    expect(await predict('colours', { instances: [{ b64 }] })).toEqual({ predictions: [[1, 0, 0]] });
    expect(server.log().filter(({ context }) => context === 'Engine')).toEqual([]);
    await server.stop();
  });
});
