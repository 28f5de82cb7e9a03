import { EngineError, type NamedTensors, type Signature } from '../../engine.js';
import type { Tensor, TensorSpec } from '../../tensor.js';
import { config, sendJson, startUpstream, type SeenRequest } from '../http-server.fixture.js';
import { UpstreamEngine } from '../upstream.engine.js';
import { TfServing } from './tf-serving.js';

const dim = (...sizes: number[]) => ({
  dim: sizes.map((size) => ({ size: String(size), name: '' })),
  unknown_rank: false,
});
const tensor = (dtype: string, name: string, tensor_shape: object) => ({ dtype, tensor_shape, name });
/** As TensorFlow Serving spells it. */
const metadata = (signatures: object) => ({
  model_spec: { name: 'half', signature_name: '', version: '123' },
  metadata: { signature_def: { signature_def: signatures } },
});
const HALF = metadata({
  serving_default: {
    inputs: { x: tensor('DT_FLOAT', 'x:0', dim(-1, 1)) },
    outputs: { y: tensor('DT_FLOAT', 'y:0', dim(-1, 1)) },
    method_name: 'tensorflow/serving/predict',
    defaults: {},
  },
  any_rank: {
    inputs: { x: tensor('DT_STRING', 'x:0', { dim: [], unknown_rank: true }) },
    outputs: { y: tensor('DT_INT64', 'y:0', dim()) },
    method_name: '',
  },
  sparse: {
    inputs: { x: { dtype: 'DT_FLOAT', tensor_shape: dim(-1, 4), coo_sparse: {} } },
    outputs: { y: tensor('DT_FLOAT', 'y:0', dim(-1)) },
    method_name: '',
  },
  halves: {
    inputs: { x: tensor('DT_HALF', 'x:0', dim(-1)) },
    outputs: { y: tensor('DT_FLOAT', 'y:0', dim(-1)) },
    method_name: '',
  },
  __saved_model_init_op: {
    inputs: {},
    outputs: { op: tensor('DT_INVALID', 'NoOp', dim()) },
    method_name: '',
  },
});

const floats = (shape: number[], ...data: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

/** A server that plays TensorFlow Serving: the metadata, and `prediction` to what is posted. */
const player = (prediction: string, status = 200) =>
  startUpstream(({ method }, response) => {
    if (method === 'GET') return sendJson(response, HALF);
    response.writeHead(status, { 'content-type': 'application/json' });
    return response.end(prediction);
  });

describe('TensorFlow Serving', () => {
  it.each([
    [{}, '/v1/models/half/metadata'],
    [{ model: 'a/b', version: 3 }, '/v1/models/a%2Fb/versions/3/metadata'],
    [{ label: 'canary' }, '/v1/models/half/labels/canary/metadata'],
  ])('set as %j is asked at %s what the model is like', async (more, path) => {
    const server = await player('');
    const engine = new UpstreamEngine(config(server.url, { protocol: 'tf-serving', ...more }), {
      name: 'half',
    });
    const loaded = await engine.load();
    expect(server.seen.map((request) => request.path)).toEqual([path]);
    expect(loaded).toEqual({
      rows: expect.objectContaining({
        serving_default: { independent: false, reason: expect.stringContaining('another server') },
      }),
      signatures: {
        serving_default: {
          inputs: [{ name: 'x', dtype: 'float32', shape: [null, 1] }],
          outputs: [{ name: 'y', dtype: 'float32', shape: [null, 1] }],
        },
        any_rank: {
          inputs: [{ name: 'x', dtype: 'string', shape: null }],
          outputs: [{ name: 'y', dtype: 'int64', shape: [] }],
        },
      },
      refused: {
        sparse:
          'Signature sparse cannot be served: its input x is sparse or made of several tensors. Export it as a dense one.',
        halves: 'Signature halves cannot be served: x is float16, which tf-serving does not carry.',
      },
      declared: expect.objectContaining({
        serving_default: {
          methodName: 'tensorflow/serving/predict',
          inputs: { x: { dtype: 'DT_FLOAT', shape: [null, 1], tensor: 'x:0' } },
          outputs: { y: { dtype: 'DT_FLOAT', shape: [null, 1], tensor: 'y:0' } },
        },
      }),
      device: 'upstream tf-serving',
      memoryBytes: 0,
      stateful: [],
      graph: { optimised: false, reason: 'It runs on another server.' },
      warnings: [],
    });
    await engine.close();
  });

  it('is sent these bytes for these tensors, and its answer is read', async () => {
    const server = await player(
      '{\n    "outputs": [\n        [\n            2.5\n        ],\n        [NaN]\n    ]\n}',
    );
    const engine = new UpstreamEngine(config(server.url, { protocol: 'tf-serving' }), { name: 'half' });
    await engine.load();
    const outputs = await engine.run('', 'serving_default', { x: floats([2, 1], 0.1, NaN) });
    const { method, path, headers, body } = server.seen.at(-1) as SeenRequest;
    expect([method, path, headers['content-type'], body.toString()]).toEqual([
      'POST',
      '/v1/models/half:predict',
      'application/json',
      '{"signature_name":"serving_default","inputs":{"x":[[0.1],[NaN]]}}',
    ]);
    expect(outputs).toEqual({ y: floats([2, 1], 2.5, NaN) });
    await engine.close();
  });

  it.each([
    [400, 'input', 'Tensor x has shape [2]'],
    [404, 'upstream-failed', 'Servable not found for request: Latest(half)'],
    [429, 'upstream-unavailable', 'Run() timeout exceeded while waiting in batching queue'],
    [503, 'upstream-unavailable', 'The batch scheduling queue is full'],
    [504, 'upstream-timeout', 'Timed out waiting for notification'],
  ])('that answers %d is told as %s, in its words', async (status, kind, said) => {
    const server = await player(JSON.stringify({ error: said }), status);
    const engine = new UpstreamEngine(config(server.url, { protocol: 'tf-serving' }), { name: 'half' });
    await engine.load();
    const run = engine.run('', 'serving_default', { x: floats([1, 1], 1) });
    await expect(run).rejects.toEqual(
      new EngineError(kind as 'input', `The remote server answered ${status}: ${said}`),
    );
    await engine.close();
  });
});

describe('a prediction', () => {
  const protocol = new TfServing({ version: undefined, label: undefined }, 'm');
  const written = (inputs: NamedTensors) =>
    Buffer.from(protocol.request('default', inputs).body!)
      .toString()
      .replace(/^.*"inputs":/, '')
      .slice(0, -1);

  it('is asked for with every dtype in its own spelling', () => {
    expect(
      written({
        float64: { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -Infinity) },
        int64: { dtype: 'int64', shape: [], data: BigInt64Array.of(9007199254740993n) },
        uint8: { dtype: 'uint8', shape: [1, 1, 2], data: Uint8Array.of(0, 255) },
        bool: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
        string: { dtype: 'string', shape: [1], data: [Uint8Array.of(0xff, 0x00)] },
        'a "name"': { dtype: 'int32', shape: [0], data: new Int32Array(0) },
      }),
    ).toBe(
      '{"float64":[0.1,-Infinity],"int64":9007199254740993,"uint8":[[[0,255]]],"bool":[true,false],' +
        '"string":[{"b64":"/wA="}],"a \\"name\\"":[]}',
    );
  });

  const outputs = (json: string, ...specs: TensorSpec[]) => {
    const signature: Signature = { inputs: [], outputs: specs };
    return protocol.outputs({ status: 200, headers: {}, body: Buffer.from(json) }, signature);
  };
  const spec = (name: string, dtype: TensorSpec['dtype'], shape: TensorSpec['shape']) => ({
    name,
    dtype,
    shape,
  });

  it('comes with the only output alone, and with several by their names', () => {
    expect(outputs('{"outputs": 9223372036854775807}', spec('y', 'int64', []))).toEqual({
      y: { dtype: 'int64', shape: [], data: BigInt64Array.of(2n ** 63n - 1n) },
    });
    const classes = spec('classes', 'string', [null, 2]);
    const scores = spec('scores_bytes', 'string', [null]);
    const json = '{"outputs": {"scores_bytes": [{"b64": "/w=="}], "classes": [["a", "b"]]}}';
    expect(outputs(json, classes, scores)).toEqual({
      classes: { dtype: 'string', shape: [1, 2], data: [Buffer.from('a'), Buffer.from('b')] },
      scores_bytes: { dtype: 'string', shape: [1], data: [Buffer.of(0xff)] },
    });
  });

  it('of no rows has the sizes that are declared', () => {
    expect(outputs('{"outputs": []}', spec('y', 'float32', [null, 10]))).toEqual({ y: floats([0, 10]) });
  });

  const y = spec('y', 'float32', [null, 2]);
  it.each([
    ['it is not JSON', '<html>'],
    ['it is not JSON', '{"outputs": [[1, 2'],
    ['it is not a JSON object', '[1]'],
    ['it has no outputs', '{"predictions": [[1, 2]]}'],
    ['the output y is float32 [2] where the model declares float32 [?, 2]', '{"outputs": [1, 2]}'],
    ['the output y is float32 [1, 3] where the model declares float32 [?, 2]', '{"outputs": [[1, 2, 3]]}'],
    ['the output y is not float32 [2, 2] throughout', '{"outputs": [[1, 2], [3]]}'],
    ['the output y is not float32 [1, 2] throughout', '{"outputs": [["a", "b"]]}'],
    ['the output y is float32 [] where the model declares float32 [?, 2]', '{"outputs": {"y": [[1, 2]]}}'],
  ])('is refused, because %s: %s', (reason, json) => {
    const sentence = `The remote server's answer cannot be read: ${reason}.`;
    expect(() => outputs(json, y)).toThrow(new EngineError('upstream-failed', sentence));
  });

  it('that lacks one of several outputs is refused', () => {
    expect(() => outputs('{"outputs": {"y": [[1, 2]]}}', y, spec('z', 'float32', [null]))).toThrow(
      "The remote server's answer cannot be read: it has no output z.",
    );
  });
});
