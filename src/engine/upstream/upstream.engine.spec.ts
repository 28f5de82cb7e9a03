import { normalisePixels } from '../normalise.js';
import type { Normalise, Tensor } from '../tensor.js';
import { config, sendJson, startUpstream } from './http-server.fixture.js';
import { UpstreamEngine } from './upstream.engine.js';

const METADATA = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 2, 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
};
const ANSWER = { outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [7] }] };

const server = () =>
  startUpstream(({ method, path }, response) => {
    if (path === '/v2') return sendJson(response, { extensions: ['binary_tensor_data'] });
    if (path.endsWith('/ready')) return response.end();
    return sendJson(response, method === 'GET' ? METADATA : ANSWER);
  });

describe('a remote engine', () => {
  it('says what it is', async () => {
    const engine = new UpstreamEngine(config('http://models.test'), { name: 'm' });
    expect(await engine.info()).toEqual({
      runtime: 'upstream',
      version: 'open-inference',
      device: 'upstream open-inference',
    });
    expect(engine.runsAtOnce).toBe(config('http://models.test').concurrency);
    await engine.close();
  });

  it('sends pixels as the model takes them: in its dtype, layout and range', async () => {
    const { url, seen } = await server();
    const engine = new UpstreamEngine(config(url), { name: 'm' });
    await engine.load();
    const normalise: Normalise = {
      dtype: 'float32',
      layout: 'nchw',
      order: [2, 1, 0],
      scale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.2],
    };
    const pixels: Tensor = {
      dtype: 'uint8',
      shape: [1, 2, 2, 3],
      data: Uint8Array.from({ length: 12 }, (_, index) => index * 20),
      normalise,
    };
    const outputs = await engine.run('m', 'serving_default', { x: pixels });
    expect(outputs).toEqual({ y: { dtype: 'float32', shape: [1], data: Float32Array.of(7) } });
    const { headers, body } = seen.at(-1)!;
    const length = Number(headers['inference-header-content-length']);
    expect(JSON.parse(body.subarray(0, length).toString())).toMatchObject({
      inputs: [{ name: 'x', shape: [1, 3, 2, 2], datatype: 'FP32' }],
    });
    const sent = new Float32Array(new Uint8Array(body.subarray(length)).buffer);
    expect(sent).toEqual(normalisePixels(pixels, normalise).data);
    await engine.close();
  });

  it('does not read an answer that it has not asked for so', async () => {
    const { url } = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-encoding': 'br' });
      response.end('{}');
    });
    const engine = new UpstreamEngine(config(url), { name: 'm' });
    await expect(engine.load()).rejects.toMatchObject({
      kind: 'upstream-failed',
      message: "The remote server's answer cannot be read: it is compressed (br), which was not asked for.",
    });
    await engine.close();
  });

  it('is done once it has unloaded its model or is closed, and may be told so twice', async () => {
    const { url } = await server();
    for (const end of ['unload', 'close'] as const) {
      const engine = new UpstreamEngine(config(url), { name: 'm' });
      await engine.load();
      await engine[end]();
      await expect(engine.load()).rejects.toMatchObject({ kind: 'crashed' });
      await engine.unload();
      await engine.close();
      await engine.close();
    }
  });
});
