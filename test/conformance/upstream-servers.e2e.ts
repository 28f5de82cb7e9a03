import { EngineError, type NamedTensors } from '../../src/engine/engine.js';
import { readUpstream } from '../../src/engine/upstream/upstream-config.js';
import { UpstreamEngine } from '../../src/engine/upstream/upstream.engine.js';
import { UpstreamServer, withUpstreamServers } from '../e2e/upstream-servers.js';

const EVERY_DATATYPE: NamedTensors = {
  x_BOOL: { dtype: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) },
  x_UINT8: { dtype: 'uint8', shape: [1, 2], data: Uint8Array.of(0, 255) },
  x_UINT16: { dtype: 'uint16', shape: [1, 2], data: Uint16Array.of(0, 65_535) },
  x_UINT32: { dtype: 'uint32', shape: [1, 2], data: Uint32Array.of(0, 2 ** 32 - 1) },
  x_UINT64: { dtype: 'uint64', shape: [1, 2], data: BigUint64Array.of(2n ** 53n + 1n, 2n ** 64n - 1n) },
  x_INT8: { dtype: 'int8', shape: [1, 2], data: Int8Array.of(-128, 127) },
  x_INT16: { dtype: 'int16', shape: [1, 2], data: Int16Array.of(-32_768, 32_767) },
  x_INT32: { dtype: 'int32', shape: [1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  x_INT64: { dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n) },
  x_FP16: { dtype: 'float16', shape: [1, 2], data: Uint16Array.of(0x2e66, 0x0001) },
  x_FP32: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0.1, 1e-45) },
  x_FP64: { dtype: 'float64', shape: [1, 2], data: Float64Array.of(0.1, 5e-324) },
  x_BYTES: { dtype: 'string', shape: [1, 2], data: [Buffer.from('ä "🌸" \n'), Buffer.from('')] },
};
const asOutputs = (inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name.replace('x', 'y'), tensor]));
/** As arrays of one realm and kind: Node's buffers are not those of a test. */
const plain = (tensors: NamedTensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      {
        dtype,
        shape,
        data: Array.from(data as Uint8Array, (element: unknown) =>
          element instanceof Object ? Buffer.from(element as Uint8Array).toString('hex') : element,
        ),
      },
    ]),
  );
const floats = (...data: number[]): NamedTensors => ({
  x: { dtype: 'float32', shape: [data.length], data: Float32Array.from(data) },
});

withUpstreamServers('the servers of scripts/ci/upstream-servers.sh', () => {
  const servers: Record<string, UpstreamServer> = {};
  let engine: UpstreamEngine;

  beforeAll(async () => {
    [servers.mlserver, servers.kserve] = await Promise.all([
      UpstreamServer.mlserver(),
      UpstreamServer.kserve(),
    ]);
  });
  afterEach(() => engine.close());
  afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())));

  function engineOf(server: string, name: string, more: object = {}): UpstreamEngine {
    const section = { urls: servers[server]!.url, protocol: 'open-inference', ...more };
    engine = new UpstreamEngine(readUpstream(section, 'upstream'), { name });
    return engine;
  }

  it.each([
    ['mlserver', 'auto'],
    ['mlserver', 'json'],
    ['kserve', 'binary'],
  ])('carry every datatype there and back, to the bit: %s, %s', async (server, tensors) => {
    const { signatures } = await engineOf(server, 'identity', { tensors }).load();
    expect(signatures.serving_default?.inputs.map(({ name }) => name)).toEqual(Object.keys(EVERY_DATATYPE));
    const outputs = await engine.run('', 'serving_default', EVERY_DATATYPE);
    expect(plain(outputs)).toEqual(plain(asOutputs(EVERY_DATATYPE)));
  });

  it('carry what is not finite, as bytes', async () => {
    const inputs: NamedTensors = {
      ...EVERY_DATATYPE,
      x_FP64: { dtype: 'float64', shape: [1, 2], data: Float64Array.of(NaN, -Infinity) },
    };
    await engineOf('kserve', 'identity', { tensors: 'binary' }).load();
    const outputs = await engine.run('', 'serving_default', inputs);
    expect(plain(outputs)).toEqual(plain(asOutputs(inputs)));
  });

  it.each([
    ['mlserver', 'auto', [3, 1]],
    ['kserve', 'auto', [3]],
    ['kserve', 'binary', [3]],
  ])('compute: %s, %s', async (server, tensors, shape) => {
    await engineOf(server, 'half_plus_two', { tensors }).load();
    const outputs = await engine.run('', 'serving_default', floats(1, 2, 0.5));
    expect(outputs).toEqual({ y: { dtype: 'float32', shape, data: Float32Array.of(2.5, 3, 2.25) } });
  });

  it.each<[string, string, object, number[], string, RegExp]>([
    ['mlserver', 'raises', {}, [-1], 'input', /answered 400: negative numbers have no half here$/],
    ['mlserver', 'raises', {}, [13], 'upstream-failed', /answered 500: Internal Server Error$/],
    [
      'mlserver',
      'half_plus_two',
      { tensors: 'binary' },
      [1],
      'upstream-failed',
      /answered 500: Internal Server Error$/,
    ],
    ['mlserver', 'slow', { timeoutMs: 500 }, [1], 'upstream-timeout', /did not answer within 500 ms\.$/],
    ['kserve', 'half_plus_two', {}, [-1], 'input', /answered 400: negative numbers have no half here$/],
  ])(
    'tell their errors in the words of the contract: %s, %s, %j, %j',
    async (server, name, more, x, kind, message) => {
      await engineOf(server, name, more).load();
      const error: unknown = await engine
        .run('', 'serving_default', floats(...x))
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
    },
  );

  it.each([
    ['mlserver', 'Model nobody not found'],
    ['kserve', 'Model with name nobody does not exist.'],
  ])('do not have every model: %s', async (server, said) => {
    await expect(engineOf(server, 'nobody').load()).rejects.toMatchObject({
      kind: 'upstream-failed',
      message: `The remote server answered 404: ${said}`,
    });
  });
});
