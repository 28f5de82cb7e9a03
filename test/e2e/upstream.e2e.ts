import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { sharp } from '../../src/images/sharp.js';
import { TestServer } from './server.js';
import { UpstreamServer, withUpstreamServers } from './upstream-servers.js';

/** A model folder with only a `model.yaml`. */
const REMOTE: Readonly<Record<string, string>> = {};
const yaml = (url: string, more = ''): string =>
  `engine: upstream\nupstream: { urls: ['${url}'], protocol: open-inference${more && `, ${more}`} }\n`;
const grey = (level: number) =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: { r: level, g: level, b: level } } })
    .png()
    .toBuffer();

withUpstreamServers('models that MLServer runs', () => {
  let upstream: UpstreamServer;
  let server: TestServer;

  beforeAll(async () => {
    upstream = await UpstreamServer.mlserver();
    const names = ['brightness', 'half_plus_two', 'identity', 'raises', 'two'];
    server = await TestServer.start({
      models: Object.fromEntries(names.map((name) => [name, REMOTE])),
      yaml: {
        brightness: yaml(upstream.url),
        half_plus_two: yaml(upstream.url),
        identity: yaml(upstream.url),
        raises: `${yaml(upstream.url)}batching: { maxBatchSize: 4, independentRows: true }\n`,
        two: `engine: upstream\nupstream: { urls: ['http://127.0.0.1:1', '${upstream.url}'], protocol: open-inference, model: half_plus_two }\n`,
      },
      labels: { 'brightness.json': '["bright", "dark"]' },
      untilReady: false,
    });
    await server.until(async () => {
      const { models } = (await (await server.fetch('/models')).json()) as { models: { state: string }[] };
      return models.every(({ state }) => state === 'AVAILABLE' || state === 'END');
    }, 'it has asked for all models');
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await upstream.stop();
  });

  it('take pictures, and their scores have labels', async () => {
    for (const [level, label, score] of [
      [204, 'bright', 0.8],
      [51, 'dark', 0.8],
    ] as const) {
      const response = await server.postForm('/models/brightness/predict', await grey(level));
      expect([response.status, await response.json()]).toMatchObject([
        200,
        { top: [{ label, score: expect.closeTo(score, 5) }, {}] },
      ]);
    }
  });

  it('need a key, as all do', async () => {
    const response = await server.fetch('/models/brightness/predict', {
      method: 'POST',
      headers: { 'X-API-Key': 'tn_wrong' },
    });
    expect(response.status).toBe(401);
  });

  it('are listed with what they are like and where they run', async () => {
    const response = await server.fetch('/models/half_plus_two');
    expect(await response.json()).toMatchObject({ state: 'AVAILABLE', device: 'upstream open-inference' });
  });

  it('take numbers', async () => {
    const response = await server.postJson('/models/half_plus_two/predict', { input: [1, 2, 0.1] });
    expect(await response.json()).toMatchObject({ predictions: [[2.5], [3], [2.05]] });
  });

  it('answer at their other server where one cannot be reached', async () => {
    for (let n = 0; n < 4; n++) {
      const response = await server.postJson('/models/two/predict', { input: [n] });
      expect(await response.json()).toMatchObject({ predictions: [[n / 2 + 2]] });
    }
  });

  it('refuse an input in their own words, and not its neighbours', async () => {
    const inputs = [[4], [-1], [2]];
    const responses = await Promise.all(
      inputs.map((input) => server.postJson('/models/raises/predict', { input })),
    );
    expect(await Promise.all(responses.map((response) => response.json()))).toMatchObject([
      { predictions: [[4]] },
      {
        status: 422,
        code: 'INPUT_REFUSED',
        detail: 'The remote server answered 400: negative numbers have no half here',
      },
      { predictions: [[3]] },
    ]);
  });

  it('that break are told as 502', async () => {
    const response = await server.postJson('/models/raises/predict', { input: [13] });
    expect(await response.json()).toMatchObject({
      status: 502,
      code: 'UPSTREAM_FAILED',
      detail: 'The remote server answered 500: Internal Server Error',
    });
  });
});

withUpstreamServers('a model whose server goes away', () => {
  it('is told as 503, and is served again when it is back', async () => {
    const before = await UpstreamServer.mlserver();
    const server = await TestServer.start({
      models: { half_plus_two: REMOTE },
      yaml: { half_plus_two: yaml(before.url) },
    });
    const ask = () => server.postJson('/models/half_plus_two/predict', { input: [2] });
    expect(await (await ask()).json()).toMatchObject({ predictions: [[3]] });
    await before.stop();
    const gone = await ask();
    expect([gone.headers.get('retry-after'), await gone.json()]).toMatchObject([
      expect.stringMatching(/^\d+$/),
      { status: 503, code: 'UPSTREAM_UNAVAILABLE', detail: expect.stringMatching(/cannot be reached/) },
    ]);
    const after = await UpstreamServer.mlserver(Number(new URL(before.url).port));
    expect(await (await ask()).json()).toMatchObject({ predictions: [[3]] });
    await server.stop();
    await after.stop();
  }, 120_000);
});

describe('a remote server', () => {
  let remote: Server;
  const seen: IncomingHttpHeaders[] = [];
  /** What `/infer` does, set by each test. */
  let infer: 'answers' | 'hangs' = 'answers';

  beforeAll(async () => {
    remote = createServer(({ method, url = '', headers }, response) => {
      seen.push(headers);
      if (url.endsWith('/ready')) return response.end();
      if (method === 'POST' && infer === 'hangs') return undefined;
      const x = { name: 'x', datatype: 'FP32', shape: [-1] };
      const y = { name: 'y', datatype: 'FP32', shape: [1], data: [7] };
      const about = { name: 's', extensions: [], inputs: [x], outputs: [{ ...x, name: 'y' }] };
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(method === 'POST' ? { outputs: [y] } : about));
    });
    remote.listen(0, '127.0.0.1');
    await once(remote, 'listening');
  });
  afterAll(() => {
    remote.closeAllConnections();
    remote.close();
  });

  it('is given the configured headers, which nobody else is told, and the time of timeoutMs', async () => {
    const { port } = remote.address() as AddressInfo;
    const more = "timeoutMs: 300, headers: { Authorization: 'Bearer s3cret' }";
    const server = await TestServer.start({
      models: { m: REMOTE },
      yaml: { m: yaml(`http://127.0.0.1:${port}`, more) },
      env: { LOG_LEVEL: 'debug' },
    });
    const answered = await server.postJson('/models/m/predict', { input: [1] });
    expect(await answered.json()).toMatchObject({ predictions: [7] });
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer s3cret']));
    infer = 'hangs';
    const late = await server.postJson('/models/m/predict', { input: [1] });
    expect(await late.json()).toMatchObject({
      status: 504,
      code: 'UPSTREAM_TIMEOUT',
      detail: 'The remote server did not answer within 300 ms.',
    });
    const shown = await Promise.all(
      ['/models', '/models/m'].map(async (path) => (await server.fetch(path)).text()),
    );
    await server.stop();
    expect([...shown, ...server.lines].join('\n')).not.toContain('s3cret');
  });
});

describe('models that TensorFlow Serving’s API offers, here by another of this server', () => {
  const identities = [
    'float32',
    'float64',
    'int8',
    'int16',
    'int32',
    'int64',
    'uint8',
    'uint32',
    'uint64',
    'bool',
  ];
  let remote: TestServer;
  let server: TestServer;

  beforeAll(async () => {
    const local = [...identities, 'string', 'float16'].map((dtype) => `identity_${dtype}`);
    remote = await TestServer.start({ models: Object.fromEntries(local.map((name) => [name, name])) });
    const section = `engine: upstream\nupstream: { urls: '${remote.url}', protocol: tf-serving, version: 1, headers: { X-API-Key: ${remote.key} } }\n`;
    server = await TestServer.start({
      models: Object.fromEntries(local.map((name) => [name, REMOTE])),
      yaml: Object.fromEntries(local.map((name) => [name, section])),
      untilReady: false,
    });
    await server.until(async () => {
      const { models } = (await (await server.fetch('/models')).json()) as { models: { state: string }[] };
      return models.every(({ state }) => state === 'AVAILABLE' || state === 'END');
    }, 'it has asked for all models');
  }, 120_000);
  afterAll(() => Promise.all([server.stop(), remote.stop()]));

  it.each([
    ['float32', [0.1, -1.5e-38, 3.4e38, 16_777_216]],
    ['float64', [0.1, -1.7976931348623157e308, 5e-324]],
    ['int8', [-128, 127]],
    ['int16', [-32_768, 32_767]],
    ['int32', [-2_147_483_648, 2_147_483_647]],
    ['int64', ['9223372036854775807', '-9223372036854775808', 1]],
    ['uint8', [0, 255]],
    ['uint32', [0, 4_294_967_295]],
    ['uint64', ['18446744073709551615', 1]],
    ['bool', [true, false]],
    ['string', ['ä', '', '🌸 "\n']],
  ])('%s goes there and comes back the same', async (dtype, input) => {
    const response = await server.postJson(`/models/identity_${dtype}/predict`, { input });
    expect(await response.json()).toMatchObject({ predictions: input });
  });

  it('float16, which its JSON does not have, is refused in a sentence', async () => {
    const response = await server.fetch('/models/identity_float16');
    expect(await response.json()).toMatchObject({
      state: 'END',
      error: expect.stringMatching(/is float16, which tf-serving does not carry\.$/),
    });
  });
});
