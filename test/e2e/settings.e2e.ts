import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended } from './processes.js';
import { fakeModel, projectFile, TestServer } from './server.js';

/** Of a line of the log. */
const WARN = 40;

/** What a server says that does not come up. */
async function refusal(env: Record<string, string>): Promise<string> {
  const server = await TestServer.spawn({ models: { fake: fakeModel() }, env: { ENGINE: 'fake', ...env } });
  const { code } = await server.exited;
  expect(code).toBe(1);
  return server.lines.join('\n');
}

describe('settings', () => {
  it('that are wrong are all named before anything starts, each in one sentence', async () => {
    expect(await refusal({ PORT: 'eighty', AUTH: 'maybe', TRUST_PROXY: 'true' })).toBe(
      [
        'Expected a whole number from 0 to 65535 for PORT but received "eighty".',
        'Expected one of on, off for AUTH but received "maybe".',
        'Expected off, a number of proxies or a list of their addresses for TRUST_PROXY but received "true".',
      ].join('\n'),
    );
  });

  it('that name a models folder which is not there stop the start', async () => {
    expect(await refusal({ MODELS_DIR: '/nowhere' })).toBe(
      'Expected a folder of models for MODELS_DIR but received "/nowhere".',
    );
  });

  it('that name a keys file which cannot be read stop the start, without a word more', async () => {
    const file = fileURLToPath(import.meta.url);
    expect(await refusal({ API_KEYS_FILE: file })).toMatch(/^Expected [^\n]+\.$/);
  });

  it('that name a port in use are told so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect((await refusal({ PORT: String(port) })).split('\n')).toContain(
      `Another program listens at 127.0.0.1:${port}. Set PORT to another port, or end that program.`,
    );
    other.close();
  });

  it.each([
    [
      '203.0.113.7',
      /^This machine has no address 203\.0\.113\.7, so nothing can listen at 203\.0\.113\.7:\d+\. Set HOST/m,
    ],
    ['no.such.host.invalid', /^HOST is no\.such\.host\.invalid, which is no address of this machine/m],
  ])('that name the address %s, which nothing can listen at, are told so', async (HOST, sentence) => {
    expect(await refusal({ HOST, PORT: '3999' })).toMatch(sentence);
  });

  it('that .env misspells by one letter are told once, and others are left alone', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      dotenv: 'RATE_LIMT=7\nMY_OWN=1\n',
      env: { ENGINE: 'fake' },
    });
    const told = server.log().filter(({ msg }) => String(msg).startsWith('.env sets'));
    expect(told.map(({ msg, level }) => [msg, level])).toEqual([
      ['.env sets RATE_LIMT, which is no setting. Is RATE_LIMIT meant?', WARN],
    ]);
    await server.stop();
  });

  it('that name a default model which is not there are told so', async () => {
    const server = await TestServer.start({
      models: { one: fakeModel(), two: fakeModel() },
      env: { ENGINE: 'fake', DEFAULT_MODEL: 'three' },
    });
    await server.until(
      () => server.log().some(({ msg }) => String(msg).startsWith('DEFAULT_MODEL')),
      'it is told',
    );
    expect(server.log().find(({ msg }) => String(msg).startsWith('DEFAULT_MODEL'))).toMatchObject({
      level: WARN,
      msg: 'DEFAULT_MODEL is three, but there is no such model among one, two: POST /predict answers 404.',
    });
    await server.stop();
  });

  it('that name a cache which cannot be written are told so, and models are served all the same', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { TENSORNEST_CACHE_DIR: '/proc/nowhere' }, // Where root cannot write either.
    });
    const [, temporary = ''] = /ends it is (\S+), and/.exec(server.lines.join('\n')) ?? [];
    expect(server.log().find(({ level }) => level === WARN)?.msg).toBe(
      'The cache /proc/nowhere cannot be written (ENOENT): let TENSORNEST_CACHE_DIR name a folder that can be. ' +
        `Until this server ends it is ${temporary}, and models are rewritten anew at each start.`,
    );
    expect(await server.model('shapes')).toMatchObject({ state: 'AVAILABLE', graph: { optimised: true } });
    expect(await server.stop()).toMatchObject({ code: 0 });
    expect(existsSync(temporary)).toBe(false);
  });

  it('that name a cache which cannot be written any more take no model away', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'tensornest-cache-'));
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json', 'keras.json': '["a", "b", "c"]' },
      env: { TENSORNEST_CACHE_DIR: cache, MODELS_POLL_MS: '100' },
    });
    await rm(join(cache, 'models'), { recursive: true });
    await symlink('/proc/sys', join(cache, 'models')); // Where root cannot write either.
    const keras = await projectFile('test/fixtures/keras/keras3/sequential/model.keras');
    await server.putVersion('keras', 1, { 'model.keras': keras });
    await server.putVersion('half', 1, {
      'saved_model.pb': await projectFile('test/fixtures/models/half_plus_two/1/saved_model.pb'),
      'variables/variables.index': await projectFile(
        'test/fixtures/models/half_plus_two/1/variables/variables.index',
      ),
      'variables/variables.data-00000-of-00001': await projectFile(
        'test/fixtures/models/half_plus_two/1/variables/variables.data-00000-of-00001',
      ),
    });
    for (const name of ['keras', 'half']) {
      await server.until(async () => (await server.model(name)).state === 'AVAILABLE', 'it is served');
      const told = expect.stringMatching(
        /rewritten form cannot be kept in the cache \(E\w+\), .* let TENSORNEST_CACHE_DIR/,
      );
      expect((await server.model(name)).notes).toContainEqual(told);
      expect(server.log().map(({ msg }) => msg)).toContainEqual(told);
    }
    expect(await (await server.postJson('/models/half/predict', { input: [1] })).json()).toMatchObject({
      predictions: [2.5],
    });
    await server.stop();
    await rm(cache, { recursive: true });
  });

  it.each([
    [['--port', '8080'], 2, /^Expected no arguments but received --port\. .*PORT=… npm start/],
    [['--help'], 0, /^Serves the models of a folder over HTTP: npm start\n/],
  ])('are no arguments of the program: %j', async (args, code, text) => {
    const child = spawn(process.execPath, ['dist/main.js', ...args], {
      cwd: resolve(import.meta.dirname, '../..'),
    });
    const end = await ended(child);
    expect([end.code, `${end.out}${end.err}`]).toEqual([code, expect.stringMatching(text)]);
  });

  it('come from a file .env too, over which the environment wins', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      dotenv: 'RATE_LIMIT=7\nDOCS=off\n',
      env: { ENGINE: 'fake', DOCS: 'on' },
    });
    const response = await server.fetch('/models');
    expect(response.headers.get('ratelimit-policy')).toBe('"default";q=7;w=60');
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(200);
    await server.stop();
  });

  it('open the server only where AUTH=off says so', async () => {
    const server = await TestServer.start({ models: { fake: fakeModel() }, env: { ENGINE: 'fake' } });
    expect((await fetch(`${server.url}/models`)).status).toBe(401);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    await server.stop();
  });

  it('let pages of other origins call only where CORS_ORIGINS names them', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', CORS_ORIGINS: 'https://a.example' },
    });
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${server.url}/predict`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'x-api-key',
        },
      });
    const allowed = await preflight('https://a.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example');
    expect((await preflight('https://b.example')).headers.get('access-control-allow-origin')).not.toBe(
      'https://b.example',
    );
    await server.stop();
  });

  it.each([
    ['off', 'are all the proxy', 429],
    ['1', 'are told apart by X-Forwarded-For', 200],
  ])('with TRUST_PROXY=%s: callers behind a proxy %s', async (trust, _what, status) => {
    const env = { ENGINE: 'fake', AUTH: 'off', RATE_LIMIT: '1', TRUST_PROXY: trust };
    const server = await TestServer.start({ models: { fake: fakeModel() }, env });
    const call = async (address: string): Promise<number> =>
      (await fetch(`${server.url}/models`, { headers: { 'X-Forwarded-For': address } })).status;
    expect(await call('192.0.2.1')).toBe(200);
    expect(await call('192.0.2.2')).toBe(status);
    await server.stop();
  });

  it('take the documentation away with DOCS=off', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', DOCS: 'off' },
    });
    expect((await fetch(`${server.url}/docs`)).status).toBe(404);
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(404);
    await server.stop();
  });

  it.each([
    ['hidden', {}, 404],
    ['shown with DOCS=on', { DOCS: 'on' }, 200],
  ])('with NODE_ENV=production the documentation is %s', async (_, env, status) => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', NODE_ENV: 'production', ...env },
    });
    const { status: docs } = await fetch(`${server.url}/docs/`);
    const { status: document } = await fetch(`${server.url}/openapi.json`);
    expect({ docs, document }).toEqual({ docs: status, document: status });
    expect(server.lines.some((line) => line.includes('Swagger UI'))).toBe(status === 200);
    await server.stop();
  });

  it('put the documentation behind a key with DOCS=key, which a browser asks for as a password', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', DOCS: 'key', FAILED_KEY_LIMIT: '12' },
    });
    const pages = ['/docs', '/docs/swagger-ui.css', '/DOCS/', '/docs-yaml', '/openapi.json'];
    for (const path of pages) {
      const refused = await fetch(`${server.url}${path}`);
      expect([path, refused.status]).toEqual([path, 401]);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(await refused.json()).toMatchObject({
        code: 'KEY_MISSING',
        requestId: refused.headers.get('x-request-id'),
      });
      expect((await server.fetch(path)).status).toBe(200);
    }
    const basic = (password: string): Promise<Response> => {
      const pair = Buffer.from(`anybody:${password}`).toString('base64');
      return fetch(`${server.url}/docs`, { headers: { Authorization: `Basic ${pair}` } });
    };
    expect((await basic(server.key)).status).toBe(200);
    expect((await basic('wrong')).status).toBe(401);
    // Elsewhere a password is no key.
    const pair = Buffer.from(`anybody:${server.key}`).toString('base64');
    const elsewhere = await fetch(`${server.url}/models`, { headers: { Authorization: `Basic ${pair}` } });
    expect(elsewhere.status).toBe(401);
    // Guessing is limited as everywhere.
    const guesses = await Promise.all(Array.from({ length: 12 }, () => basic('wrong')));
    expect(guesses.at(-1)!.status).toBe(429);
    const isTold = (): boolean =>
      server.log().some(({ path, code }) => path === '/docs' && code === 'RATE_LIMITED');
    await server.until(isTold, 'the log has it');
    await server.stop();
  });

  it('are documented as they are', async () => {
    const { settingsPage } = await import('../../scripts/settings-page.js');
    expect(String(await projectFile('docs/settings.md'))).toBe(settingsPage());
  });
});
