import { EngineError, type NamedTensors, type Signature } from '../../engine.js';
import type { Tensor, TensorSpec } from '../../tensor.js';
import { config, sendJson, startUpstream, type TestUpstream } from '../http-server.fixture.js';
import { UpstreamEngine } from '../upstream.engine.js';
import { OpenInference } from './open-inference.js';

const METADATA = {
  name: 'm',
  versions: ['1'],
  platform: 'onnx',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'BYTES', shape: [-1] }],
};

/** A server of this protocol. */
const player = (about: { extensions?: string[]; ready?: object; metadata?: unknown; status?: number } = {}) =>
  startUpstream(({ path }, response) => {
    if (path === '/v2')
      return sendJson(response, { name: 's', version: '1', extensions: about.extensions ?? [] });
    if (path.endsWith('/ready')) return about.ready ? sendJson(response, about.ready) : response.end();
    return sendJson(response, about.metadata ?? METADATA, about.status);
  });

const load = async (server: TestUpstream, more: object = {}) => {
  const engine = new UpstreamEngine(config(server.url, more), { name: 'm' });
  try {
    return await engine.load();
  } finally {
    await engine.close();
  }
};

describe('a server of the Open Inference Protocol', () => {
  it.each([
    [{}, ['/v2', '/v2/models/m/ready', '/v2/models/m']],
    [
      { tensors: 'json', model: 'a/b', version: 'v2' },
      ['/v2/models/a%2Fb/versions/v2/ready', '/v2/models/a%2Fb/versions/v2'],
    ],
  ])('set as %j is asked at %j', async (more, paths) => {
    const server = await player();
    expect(await load(server, more)).toEqual({
      rows: { serving_default: { independent: false, reason: expect.stringContaining('another server') } },
      signatures: {
        serving_default: {
          inputs: [{ name: 'x', dtype: 'float32', shape: [null, 2] }],
          outputs: [{ name: 'y', dtype: 'string', shape: [null] }],
        },
      },
      refused: {},
      declared: {
        serving_default: {
          methodName: '',
          inputs: { x: { dtype: 'DT_FLOAT', shape: [null, 2], tensor: '' } },
          outputs: { y: { dtype: 'DT_STRING', shape: [null], tensor: '' } },
        },
      },
      device: 'upstream open-inference',
      memoryBytes: 0,
      stateful: [],
      warnings: [],
      graph: { optimised: false, reason: 'It runs on another server.' },
    });
    expect(server.seen.map(({ path }) => path)).toEqual(paths);
  });

  it.each([
    [{ ready: { name: 'm', ready: false } }, 'upstream-unavailable', /says that the model is not ready\.$/],
    [
      { metadata: { inputs: [], outputs: [] } },
      'load',
      /does not tell the inputs and outputs of the model\.$/,
    ],
    [{ metadata: { name: 'm' } }, 'load', /does not tell the inputs and outputs of the model\.$/],
    [{ metadata: [] }, 'upstream-failed', /cannot be read: it is not a JSON object\.$/],
    [
      { metadata: { inputs: [null] } },
      'upstream-failed',
      /a tensor of the model has no name or no datatype\.$/,
    ],
    [
      { metadata: { ...METADATA, inputs: [{ name: 'x', datatype: 'FP32', shape: [1.5] }] } },
      'upstream-failed',
      /the model's tensor x has no shape that is one\.$/,
    ],
    [
      { metadata: { error: 'no such model' }, status: 404 },
      'upstream-failed',
      /answered 404: no such model$/,
    ],
    [{ metadata: { error: 'bad name' }, status: 400 }, 'load', /answered 400: bad name$/],
  ])('that says %j is not served: %s', async (about, kind, message) => {
    const server = await player(about);
    await expect(load(server)).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('whose model has a datatype of its own refuses it by that name', async () => {
    const server = await player({
      metadata: { ...METADATA, outputs: [{ name: 'y', datatype: 'FP8', shape: [-1] }] },
    });
    const { signatures, refused } = await load(server);
    expect([signatures, refused.serving_default]).toEqual([
      {},
      expect.stringMatching(/^Signature serving_default cannot be served: its output y is FP8,/),
    ]);
  });
});

const EVERYTHING: NamedTensors = {
  b: { dtype: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) },
  h: { dtype: 'float16', shape: [1], data: Uint16Array.of(0x3e00) },
  s: { dtype: 'string', shape: [2], data: [Buffer.from('ä'), Buffer.from('')] },
  i: { dtype: 'int64', shape: [], data: BigInt64Array.of(-2n) },
};

describe('a request', () => {
  it('carries tensors as bytes behind its JSON where the server announces it', async () => {
    const server = await player({ extensions: ['classification', 'binary_tensor_data'] });
    const engine = new UpstreamEngine(config(server.url), { name: 'm' });
    await engine.load();
    await engine.run('', 'serving_default', EVERYTHING).catch(() => {});
    const { path, headers, body } = server.seen.at(-1)!;
    const header =
      '{"inputs":[{"name":"b","shape":[1,2],"datatype":"BOOL","parameters":{"binary_data_size":2}},' +
      '{"name":"h","shape":[1],"datatype":"FP16","parameters":{"binary_data_size":2}},' +
      '{"name":"s","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}},' +
      '{"name":"i","shape":[],"datatype":"INT64","parameters":{"binary_data_size":8}}],' +
      '"parameters":{"binary_data_output":true}}';
    const tensors = ['0100', '003e', '02000000c3a4', '00000000', 'feffffffffffffff'].join('');
    expect(path).toBe('/v2/models/m/infer');
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.length),
    });
    expect(body).toEqual(Buffer.concat([Buffer.from(header), Buffer.from(tensors, 'hex')]));
    await engine.close();
  });

  const json = new OpenInference({ version: undefined, tensors: 'json' }, 'm');

  it('is JSON, in one list and with every digit, where the server does not', () => {
    const { headers, body } = json.request('', EVERYTHING);
    expect(headers).toEqual({ 'content-type': 'application/json' });
    expect(Buffer.from(body!).toString()).toBe(
      '{"inputs":[{"name":"b","shape":[1,2],"datatype":"BOOL","data":[true,false]},' +
        '{"name":"h","shape":[1],"datatype":"FP16","data":[1.5]},' +
        '{"name":"s","shape":[2],"datatype":"BYTES","data":["ä",""]},' +
        '{"name":"i","shape":[],"datatype":"INT64","data":[-2]}]}',
    );
  });

  it.each<[string, Tensor, string]>([
    ['NaN', { dtype: 'float32', shape: [1], data: Float32Array.of(NaN) }, 'JSON, which has no NaN.'],
    [
      'bytes',
      { dtype: 'string', shape: [1], data: [Uint8Array.of(0xff)] },
      'JSON, and a string is not UTF-8.',
    ],
  ])('of JSON is not made where it cannot say what is meant: %s', (_, x, ending) => {
    const sentence = `The remote server takes tensors as ${ending}`;
    expect(() => json.request('', { x })).toThrow(new EngineError('input', sentence));
  });
});

interface Answered {
  readonly outputs: unknown;
  readonly bytes?: string;
  readonly length?: string;
}

function read({ outputs, bytes = '', length }: Answered, ...specs: TensorSpec[]): NamedTensors {
  const json = Buffer.from(typeof outputs === 'string' ? outputs : JSON.stringify({ outputs }));
  const binary = bytes !== '' || length !== undefined;
  const headers = binary ? { 'inference-header-content-length': length ?? String(json.byteLength) } : {};
  const signature: Signature = { inputs: [], outputs: specs };
  const body = Buffer.concat([json, Buffer.from(bytes, 'hex')]);
  return new OpenInference({ version: undefined, tensors: 'auto' }, 'm').outputs(
    { status: 200, headers, body },
    signature,
  );
}

const output = (name: string, datatype: string, shape: unknown, binary_data_size?: unknown) => ({
  name,
  datatype,
  shape,
  ...(binary_data_size !== undefined && { parameters: { binary_data_size } }),
});
const spec = (name: string, dtype: TensorSpec['dtype'], shape: TensorSpec['shape']) => ({
  name,
  dtype,
  shape,
});

describe('an answer', () => {
  it('may hold some outputs as bytes, some as JSON, and some that are not asked for', () => {
    const outputs = [
      output('bits', 'BOOL', [3], 3),
      { ...output('numbers', 'INT64', [1, 1]), data: [[5]] },
      output('other', 'FP64', [1], 8),
      output('words', 'BYTES', [2], 9),
      output('none', 'FP32', [0, 4], 0),
    ];
    const bytes = ['010002', '0000000000000000', '00000000', '0100000061'].join('');
    const specs = [
      spec('bits', 'bool', [null]),
      spec('numbers', 'int64', [null, 1]),
      spec('words', 'string', [null]),
      spec('none', 'float32', [null, 4]),
    ];
    expect(read({ outputs, bytes }, ...specs)).toEqual({
      bits: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      numbers: { dtype: 'int64', shape: [1, 1], data: BigInt64Array.of(5n) },
      words: { dtype: 'string', shape: [2], data: [new Uint8Array(0), Uint8Array.of(0x61)] },
      none: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
    });
  });

  const y = spec('y', 'float32', [null]);
  it.each<[string, Answered]>([
    ['it is not JSON', { outputs: '<html>' }],
    ['it is not JSON', { outputs: [output('y', 'FP32', [1], 4)], bytes: '00000000', length: '5' }],
    ['it has no output y', { outputs: {} }],
    ['it has no output y', { outputs: [output('z', 'FP32', [1], 4)], bytes: '00000000' }],
    ['an output is not an object', { outputs: ['y'] }],
    ['an output has no name', { outputs: [{ shape: [1] }] }],
    ['an output has no datatype', { outputs: [{ name: 'y', shape: [1] }] }],
    ['its Inference-Header-Content-Length is not one', { outputs: [], length: '-1' }],
    ['its Inference-Header-Content-Length is not one', { outputs: [], length: '1000' }],
    ['it ends within the output y', { outputs: [output('y', 'FP32', [2], 8)], bytes: '00000000' }],
    ['it has 1 bytes more than its outputs', { outputs: [output('y', 'FP32', [1], 4)], bytes: '0000000000' }],
    ['the binary_data_size of the output y is not one', { outputs: [output('y', 'FP32', [1], -4)] }],
    ['the binary_data_size of the output y is not one', { outputs: [output('y', 'FP32', [1], 'four')] }],
    [
      'the output y has 4 bytes for a shape of 2 elements',
      { outputs: [output('y', 'FP32', [2], 4)], bytes: '00000000' },
    ],
    ['the output y is INT32 where the model declares FP32', { outputs: [output('y', 'INT32', [1])] }],
    [
      'the output y is float32 [1, 1] where the model declares float32 [?]',
      { outputs: [output('y', 'FP32', [1, 1])] },
    ],
    ['the output y has no shape that is one', { outputs: [output('y', 'FP32', [-1])] }],
    ['the output y has no shape that is one', { outputs: [output('y', 'FP32', [1.5])] }],
    ['the output y has no shape that is one', { outputs: [output('y', 'FP32', 'flat')] }],
    ['the output y has no shape that is one', { outputs: [output('y', 'FP32', undefined)] }],
    [
      'the shape of the output y is too large',
      { outputs: [output('y', 'FP32', [4294967296, 4294967296, 0], 0)] },
    ],
    ['the data of the output y are not FP32 [1]', { outputs: [output('y', 'FP32', [1])] }],
    ['the data of the output y are not FP32 [2]', { outputs: [{ ...output('y', 'FP32', [2]), data: [1] }] }],
    [
      'the data of the output y are not FP32 [1]',
      { outputs: [{ ...output('y', 'FP32', [1]), data: ['1'] }] },
    ],
    [
      'the data of the output y are not FP32 [9007199254740991]',
      { outputs: [{ ...output('y', 'FP32', [Number.MAX_SAFE_INTEGER]), data: [1] }] },
    ],
  ])('is refused, because %s: %j', (reason, answer) => {
    const sentence = `The remote server's answer cannot be read: ${reason}.`;
    expect(() => read(answer, y)).toThrow(new EngineError('upstream-failed', sentence));
  });

  it.each(['0200000061', '01000000', '010000', '01000000610000000000000000'])(
    'is refused where %s are not two strings',
    (bytes) => {
      const outputs = [output('y', 'BYTES', [2], bytes.length / 2)];
      const sentence = "The remote server's answer cannot be read: the output y does not hold 2 strings.";
      expect(() => read({ outputs, bytes }, spec('y', 'string', [null]))).toThrow(sentence);
    },
  );
});
