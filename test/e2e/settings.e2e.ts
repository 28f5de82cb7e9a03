import { createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fakeModel, projectFile, TestServer } from './server.js';

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
    expect(await refusal({ PORT: String(port) })).toMatch(
      /^Another program listens on this port\. Set PORT to another\.$/m,
    );
    other.close();
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

  it('are documented as they are', async () => {
    const { settingsPage } = await import('../../scripts/settings-page.js');
    expect(String(await projectFile('docs/settings.md'))).toBe(settingsPage());
  });
});
