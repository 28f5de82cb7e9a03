import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fakeModel, TestServer } from './server.js';

const CLI = resolve(import.meta.dirname, '../../dist/http/api-keys/cli.js');
const PREDICT = { method: 'POST', body: '{"instances": [1]}' };

async function errorOf(response: Response): Promise<{ status: number; error: unknown }> {
  const body = (await response.json()) as { error?: unknown };
  expect(Object.keys(body)).toEqual(['error']);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, error: body.error };
}

/** What is answered to the head of a request whose body never comes. */
function answerToHead(server: TestServer, head: readonly string[]): Promise<string> {
  return new Promise((settle) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.write(`${head.join('\r\n')}\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`);
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => settle(answer));
  });
}

describe('/v1 is closed to who has no key', () => {
  let folder: string;
  let file: string;
  let server: TestServer;

  const createKey = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, API_KEYS_FILE: file };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'create', ...args], { env });
    return stdout.trim();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
    file = join(folder, 'api-keys.json');
    await createKey('--name', 'first');
    server = await TestServer.start({
      models: { a: fakeModel(), b: fakeModel() },
      env: { ENGINE: 'fake', API_KEYS_FILE: file, FAILED_KEY_LIMIT: '100000' },
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const call = (key: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}${path}`, { ...init, headers: { 'X-API-Key': key } });
  const known = (key: string): Promise<void> =>
    server.until(async () => (await call(key, '/models')).status === 200, 'it has seen the new key', 5000);

  it('and tells so in the form of TensorFlow Serving, before the body', async () => {
    const answer = await answerToHead(server, ['POST /v1/models/a:predict HTTP/1.1']);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/^WWW-Authenticate: Bearer/im);
    expect(answer).toMatch(/\{"error":"[^"]+"\}$/);
    for (const path of ['/v1/models', '/v1/models/a', '/v1/models/a/metadata', '/v1/nonsense'])
      expect(await errorOf(await fetch(`${server.url}${path}`))).toMatchObject({ status: 401 });
    expect((await fetch(`${server.url}/monitoring/prometheus/metrics`)).status).toBe(401);
  });

  it('but not to the preflight of a browser', async () => {
    const ask = (origin: string): Promise<Response> =>
      fetch(`${server.url}/v1/models/a:predict`, { method: 'OPTIONS', headers: { Origin: origin } });
    expect((await ask('https://example.com')).status).toBe(200);
    expect((await ask('null')).status).toBe(400);
  });

  it('nor does a key for one model show another, or whether there is one', async () => {
    const key = await createKey('--name', 'only-a', '--models', 'a');
    await known(key);
    expect((await call(key, '/v1/models/a:predict', PREDICT)).status).toBe(200);
    expect(await (await call(key, '/v1/models')).json()).toEqual({
      models: [
        {
          name: 'a',
          model_version_status: [
            { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
          ],
        },
      ],
    });
    for (const path of ['b', 'b/metadata', 'not-there', 'not-there/versions/7'])
      expect(await errorOf(await call(key, `/v1/models/${path}`))).toMatchObject({ status: 403 });
    expect(await errorOf(await call(key, '/v1/models/b:predict', PREDICT))).toMatchObject({ status: 403 });
    const answer = await answerToHead(server, ['POST /v1/models/b:predict HTTP/1.1', `X-API-Key: ${key}`]);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('and a key may call no more often than its rate says', async () => {
    const key = await createKey('--name', 'slow', '--rate-limit', '2');
    await known(key);
    expect((await call(key, '/v1/models/a')).status).toBe(200);
    const refused = await call(key, '/v1/models/a:predict', PREDICT);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await errorOf(refused)).toMatchObject({ status: 429 });
  });
});

describe('a request to /v1', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: {
        m: fakeModel(),
        slow: fakeModel({ runMs: 2000 }),
        broken: { '1/fake.json': 'not JSON' },
      },
      env: {
        ENGINE: 'fake',
        MAX_BODY_BYTES: '100000',
        REQUEST_TIMEOUT_MS: '300',
        BODY_TIMEOUT_MS: '300',
        RATE_LIMIT: '100000',
      },
    });
  });
  afterAll(() => server.stop());

  const post = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    model = 'm',
  ): Promise<Response> => server.fetch(`/v1/models/${model}:predict`, { method: 'POST', headers, body });

  it('may be compressed with gzip, and with nothing that only claims to be', async () => {
    const gzip = { 'Content-Encoding': 'gzip' };
    const body = '{"instances": [1]}';
    expect(await (await post(gzipSync(body), gzip)).json()).toEqual({ predictions: [1] });
    for (const damaged of [Buffer.from(body), gzipSync(body).subarray(0, 20)])
      expect(await errorOf(await post(damaged, gzip))).toMatchObject({
        status: 400,
        error: expect.stringContaining('The document is empty'),
      });
    expect(await errorOf(await post(''))).toMatchObject({
      status: 400,
      error: expect.stringContaining('The document is empty'),
    });
  });

  it('is refused when it is too large, compressed or not, told or not', async () => {
    const tooLarge = { status: 413, error: 'The body may have 100000 bytes at most; this one has more.' };
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await errorOf(await post(bomb, { 'Content-Encoding': 'gzip' }))).toEqual(tooLarge);
    expect(await errorOf(await post(' '.repeat(100_001)))).toEqual(tooLarge);
    const chunks = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let sent = 0; sent < 20; sent++) controller.enqueue(Buffer.alloc(10_000, ' '));
        controller.close();
      },
    });
    const streamed = await server.fetch('/v1/models/m:predict', {
      method: 'POST',
      body: chunks,
      duplex: 'half',
    } as Parameters<TestServer['fetch']>[1]);
    expect(await errorOf(streamed)).toEqual(tooLarge);
  });

  it('is answered with 408 when its body does not come', async () => {
    const answer = await answerToHead(server, [
      'POST /v1/models/m:predict HTTP/1.1',
      `X-API-Key: ${server.key}`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is asked for its body only after the guards said yes', async () => {
    const ask = ['POST /v1/models/m:predict HTTP/1.1', 'Expect: 100-continue'];
    expect(await answerToHead(server, ask)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await answerToHead(server, [...ask, `X-API-Key: ${server.key}`])).toMatch(/^HTTP\/1\.1 100 /);
  });

  it('is answered with 504 when it takes too long', async () => {
    expect(await errorOf(await post('{"instances": [1]}', {}, 'slow'))).toMatchObject({
      status: 504,
      error: expect.stringContaining('300 ms'),
    });
  });

  it('for a model that could not be loaded is answered as for one that is not there, and the status has the reason', async () => {
    const response = await post('{"instances": [1]}', {}, 'broken');
    expect(await errorOf(response)).toEqual({
      status: 404,
      error: 'Servable not found for request: Latest(broken)',
    });
    const status = await server.fetch('/v1/models/broken');
    expect(status.status).toBe(200);
    expect(await status.json()).toEqual({
      model_version_status: [
        {
          version: '1',
          state: 'END',
          status: { error_code: 'UNKNOWN', error_message: expect.stringContaining('fake.json') },
        },
      ],
    });
  });

  it('with JSON that cannot be read is refused for it, whether or not there is such a model', async () => {
    for (const model of ['m', 'nope'])
      expect(await errorOf(await post('{', {}, model))).toMatchObject({
        status: 400,
        error: expect.stringMatching(/^JSON Parse error: /),
      });
    expect(await errorOf(await post('{}', {}, 'nope'))).toEqual({
      status: 404,
      error: 'Servable not found for request: Latest(nope)',
    });
  });

  it('for a version beyond all that can be is answered as for any other that is not there', async () => {
    const highest = await post('{"instances": [1]}', {}, 'm/versions/9223372036854775807');
    expect(await errorOf(highest)).toEqual({
      status: 404,
      error: 'Servable not found for request: Specific(m, 9223372036854775807)',
    });
  });
});

it('is answered with 503 at /v1 when the engine dies of a request again and again', async () => {
  const server = await TestServer.start({
    models: { m: fakeModel({ on: { '666': 'crash' } }) },
    env: { ENGINE: 'fake' },
  });
  const body = '{"instances": [666]}';
  const response = await server.fetch('/v1/models/m:predict', { method: 'POST', body });
  expect(response.headers.get('retry-after')).toBe('2');
  expect(await errorOf(response)).toMatchObject({ status: 503 });
  await server.stop();
});
