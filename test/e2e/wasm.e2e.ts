import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { projectFile, type ServerOptions, TestServer } from './server.js';
import { withoutTensorFlow } from './without-tensorflow.js';

const SHAPES = {
  models: { shapes: 'models/shapes', denoise: 'models/denoise' },
  labels: { 'shapes.json': 'file:labels/shapes.json' },
} satisfies ServerOptions;

const WASM = { runtime: 'wasm', version: '4.22.0', device: 'cpu (WebAssembly, SIMD)' };

const onWasm = (options: ServerOptions): Promise<TestServer> =>
  TestServer.start({ ...options, env: { ...options.env, ENGINE: 'wasm' } });

interface Ranked {
  label: string;
  index: number;
  score: number;
}

describe('ENGINE=wasm', () => {
  let wasm: TestServer;
  let native: TestServer;

  beforeAll(async () => {
    [wasm, native] = await Promise.all([
      onWasm(SHAPES),
      TestServer.start({ ...SHAPES, env: { ENGINE: 'auto' } }),
    ]);
  });
  afterAll(() => Promise.all([wasm.stop(), native.stop()]));

  it('is named in the log, in /health/ready and in GET /models', async () => {
    expect(wasm.lines.join('\n')).toMatch('The engine is wasm 4.22.0 on cpu (WebAssembly, SIMD).');
    const ready = (await (await fetch(`${wasm.url}/health/ready`)).json()) as object;
    expect(ready).toMatchObject({ details: { models: { status: 'up', engine: WASM } } });
    const models = (await (await wasm.fetch('/models')).json()) as object;
    expect(models).toMatchObject({
      engine: WASM,
      models: [{ device: WASM.device }, { device: WASM.device }],
    });
  });

  it('keeps to itself what TensorFlow.js has to say', () => {
    expect(wasm.lines.filter((line) => /tensorflow\.js|node backend|warn/i.test(line))).toEqual([]);
  });

  it('is not what auto takes where TensorFlow is installed', async () => {
    const models = (await (await native.fetch('/models')).json()) as object;
    expect(models).toMatchObject({ engine: { runtime: 'tensorflow' } });
  });

  it('gives the label and the probabilities of native TensorFlow, within 0.0001, for every sample picture', async () => {
    const files = await readdir(resolve(import.meta.dirname, '../../samples'));
    expect(files.length).toBeGreaterThanOrEqual(10);
    for (const file of files) {
      const picture = await projectFile(join('samples', file));
      const answers = await Promise.all(
        [wasm, native].map(async (server) => {
          const response = await server.postForm('/models/shapes/predict?topK=10', picture);
          return (await response.json()) as { prediction: string; top: Ranked[] };
        }),
      );
      const [ours, theirs] = answers.map(({ prediction, top }) => ({
        prediction,
        scores: top.toSorted((a, b) => a.index - b.index).map(({ score }) => score),
      }));
      expect([file, ours!.prediction]).toEqual([file, theirs!.prediction]);
      expect(ours!.scores).toHaveLength(10);
      ours!.scores.forEach((score, index) =>
        expect(Math.abs(score - theirs!.scores[index]!)).toBeLessThan(1e-4),
      );
    }
  });

  it('answers pictures in batches as one by one', async () => {
    const pictures = await Promise.all(
      ['star.jpg', 'heart.jpg', 'square.png', 'ring.webp'].map((file) => projectFile(`samples/${file}`)),
    );
    const response = await wasm.postForm('/models/shapes/predict', ...pictures);
    expect(await response.json()).toMatchObject({ predictions: ['star', 'heart', 'square', 'ring'] });
  });

  it('answers an image-to-image model’s pictures, to the pixel what TensorFlow computes in Python', async () => {
    const folder = 'test/fixtures/image-to-image';
    const files = await readdir(resolve(import.meta.dirname, '../..', folder));
    const inputs = files.filter((file) => file.endsWith('.in.png'));
    expect(inputs.length).toBeGreaterThanOrEqual(2);
    for (const file of inputs) {
      const response = await wasm.postRaw(
        '/models/denoise/predict',
        await projectFile(join(folder, file)),
        'image/png',
        { Accept: 'image/png' },
      );
      expect([file, response.status]).toEqual([file, 200]);
      const answer = await pixels(Buffer.from(await response.arrayBuffer()));
      const expected = await pixels(await projectFile(join(folder, file.replace('.in.', '.out.'))));
      expect(answer.info).toMatchObject({ width: expected.info.width, height: expected.info.height });
      expect(Buffer.compare(answer.data, expected.data)).toBe(0);
    }
  });

  it('refuses a broken picture with 400, and goes on', async () => {
    const picture = await projectFile('test/fixtures/image-to-image/rgb.in.png');
    const post = (body: Uint8Array) => wasm.postRaw('/models/denoise/predict', body, 'image/png');
    expect((await post(picture.subarray(0, picture.length / 2))).status).toBe(400);
    expect((await post(picture)).status).toBe(200);
  });
});

const pixels = (png: Buffer) => sharp(png).raw().toBuffer({ resolveWithObject: true });

describe('models of numbers on WebAssembly', () => {
  const HELD = ['float32', 'int32', 'int64', 'uint8', 'int8', 'int16', 'uint16', 'bool', 'string'];
  const NOT_HELD = ['float64', 'float16', 'bfloat16', 'uint32', 'uint64', 'complex64'];
  let server: TestServer;

  beforeAll(async () => {
    const identities = [...HELD, ...NOT_HELD].map((dtype) => [dtype, `identity_${dtype}`]);
    const others = ['half_plus_two', 'signatures', 'blocky', 'slow', 'colours', 'echo_uint8'].map((name) => [
      name,
      name,
    ]);
    server = await onWasm({ models: Object.fromEntries([...identities, ...others]) });
  });
  afterAll(() => server.stop());

  const predict = async (model: string, input: unknown, query = ''): Promise<Record<string, unknown>> => {
    const response = await server.postJson(`/models/${model}/predict${query}`, { input });
    return (await response.json()) as Record<string, unknown>;
  };

  const errorOf = async (model: string): Promise<string> => {
    const view = (await (await server.fetch(`/models/${model}`)).json()) as { state: string; error: string };
    expect(view.state).toBe('END');
    return view.error;
  };

  it('are answered', async () => {
    expect(await predict('half_plus_two', [1, 2, 5])).toMatchObject({ predictions: [2.5, 3, 4.5] });
    expect(await predict('signatures', { a: [1, 2], b: [10, 20] })).toMatchObject({ predictions: [11, 22] });
    const scale = { value: [[1, 2]], factor: [[10]] };
    expect(await predict('signatures', scale, '?signature=scale')).toMatchObject({
      predictions: { product: [[10, 20]], total: [30] },
    });
  });

  it.each([
    ['float32', [0.1, -1.5e-38, 3.4e38, 0]],
    ['int32', [-2147483648, 0, 2147483647]],
    ['int64', [-2147483648, -1, 0, 2147483647]],
    ['uint8', [0, 127, 128, 255]],
    ['int8', [-128, 127]],
    ['int16', [-32768, 32767]],
    ['uint16', [0, 65535]],
    ['bool', [true, false]],
    ['string', ['ä', '', '🌸 \u0000']],
  ])('of %s go in and come out the same', async (dtype, input) => {
    expect(await predict(dtype, input)).toMatchObject({ predictions: input });
  });

  it('of int64 that do not fit into 32 bits are refused in a sentence', async () => {
    const response = await server.postJson('/models/int64/predict', { input: [2147483648] });
    expect(await response.json()).toMatchObject({
      status: 422,
      code: 'INPUT_REFUSED',
      detail:
        'The input x has a whole number beyond -2147483648 to 2147483647, which is all that the WebAssembly engine holds; ' +
        'native TensorFlow holds 64 bits.',
    });
    expect(await predict('int64', [7])).toMatchObject({ predictions: [7] });
  });

  it.each(NOT_HELD)('of %s are refused at load by signature, input and dtype', async (dtype) => {
    expect(await errorOf(dtype)).toMatch(
      `Signature serving_default cannot be served: its input x is ${dtype}, which WebAssembly does not compute with. ` +
        'Native TensorFlow runs it: npm run tensorflow installs that.',
    );
  });

  it('in one signature of several do not take away the others', async () => {
    const view = (await (await server.fetch('/models/signatures')).json()) as {
      state: string;
      refusedSignatures: Record<string, string>;
    };
    expect(view.state).toBe('AVAILABLE');
    expect(Object.values(view.refusedSignatures)).toEqual([expect.stringMatching(/its input d is float64/)]);
  });

  it('pictures that are decoded in a loop are refused at load, saying so', async () => {
    expect(await errorOf('blocky')).toMatch(
      'It decodes pictures inside of a loop; here they are decoded before the graph is run.',
    );
  });

  it.each([
    ['blocky', 'TensorListReserve'],
    ['slow', 'StatelessWhile'],
  ])('a loop is refused at load by its op and node: %s', async (model, op) => {
    const error = await errorOf(model);
    expect(error).toMatch(/^WebAssembly cannot run it\. /);
    expect(error).toMatch(op);
    expect(error).toMatch(/npm run tensorflow installs that\.$/);
  });
});

describe('ENGINE=auto without TensorFlow', () => {
  const started = async (code: string): Promise<TestServer> =>
    TestServer.start({
      models: { half_plus_two: 'half_plus_two' },
      env: { ENGINE: 'auto', NODE_OPTIONS: withoutTensorFlow(code) },
    });

  it('serves on WebAssembly, and the log says how to install TensorFlow', async () => {
    const server = await started('MODULE_NOT_FOUND');
    expect(server.lines.join('\n')).toMatch(
      'The engine is wasm 4.22.0 on cpu (WebAssembly, SIMD). ' +
        'TensorFlow is not installed: npm run tensorflow installs it and makes predictions faster.',
    );
    const response = await server.postJson('/predict', { input: [1] });
    expect(await response.json()).toMatchObject({ predictions: [2.5] });
    await server.stop();
  });

  it('tells the log, and nobody else, why a TensorFlow that is installed cannot be loaded', async () => {
    const server = await started('ERR_DLOPEN_FAILED');
    const reason = 'libtensorflow.so.2: no such file';
    expect(server.lines.join('\n')).toMatch(
      `TensorFlow is installed but cannot be loaded (${reason}): npm run doctor says what is wrong.`,
    );
    for (const path of ['/health/ready', '/models']) {
      const text = await (await server.fetch(path)).text();
      expect(text).toMatch('"runtime":"wasm"');
      expect(text).not.toMatch(reason);
    }
    await server.stop();
  });

  it('serves on WebAssembly where TensorFlow ends its process while it is loaded', async () => {
    const hook = `if (process.argv[2] === 'auto') process.kill(process.pid, 'SIGILL');`;
    const server = await TestServer.start({
      models: { half_plus_two: 'half_plus_two' },
      env: { ENGINE: 'auto', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` },
    });
    expect(server.lines.join('\n')).toMatch(
      'TensorFlow is installed but cannot be used: The engine process ended (SIGILL). npm run doctor says what is wrong.',
    );
    const response = await server.postJson('/predict', { input: [1] });
    expect(await response.json()).toMatchObject({ predictions: [2.5] });
    await server.stop();
  });

  it('does not start with ENGINE=tensorflow', async () => {
    const server = await TestServer.spawn({
      models: { half_plus_two: 'half_plus_two' },
      env: { ENGINE: 'tensorflow', NODE_OPTIONS: withoutTensorFlow('MODULE_NOT_FOUND') },
    });
    expect((await server.exited).code).toBe(1);
    expect(server.lines.join('\n')).toMatch(
      'run npm run tensorflow, or npm run doctor to see what is missing.',
    );
  });
});
