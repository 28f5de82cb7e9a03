import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fakeModel, TestServer } from './server.js';

const CLI = resolve(import.meta.dirname, '../../dist/http/api-keys/cli.js');

describe.each(['1', '2'])('API keys made by npm run keys, with HTTP_WORKERS=%s', (workers) => {
  let folder: string;
  let file: string;
  let server: TestServer;

  const keys = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], {
      env: { ...process.env, API_KEYS_FILE: file },
    });
    return stdout.trim();
  };
  const call = async (key: string, path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(`${server.url}${path}`, { ...init, headers: { 'X-API-Key': key } })).status;

  /** Each worker re-reads the file for itself: several requests at once come to all of them. */
  const untilAllSay = (status: number, key: string): Promise<void> =>
    server.until(
      async () => {
        const statuses = await Promise.all(Array.from({ length: 8 }, () => call(key, '/models')));
        return statuses.every((one) => one === status);
      },
      `all workers answer the key with ${status}`,
      5000,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
    file = join(folder, 'api-keys.json');
    await keys('create', '--name', 'first');
    server = await TestServer.start({
      models: { a: fakeModel(), b: fakeModel() },
      env: { ENGINE: 'fake', API_KEYS_FILE: file, FAILED_KEY_LIMIT: '100000', HTTP_WORKERS: workers },
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('work in either header, without a restart, and leave no key for the run', async () => {
    expect(server.lines.join('\n')).not.toMatch(/\btn_/);
    const key = await keys('create', '--name', 'phone-app');
    await untilAllSay(200, key);
    const bearer = await fetch(`${server.url}/models`, { headers: { Authorization: `Bearer ${key}` } });
    expect(bearer.status).toBe(200);
    expect(await readFile(file, 'utf8')).not.toMatch(key);
  });

  it('may be limited to models: others are 403 for them, and not shown', async () => {
    const key = await keys('create', '--name', 'only-a', '--models', 'a');
    await untilAllSay(200, key);
    const list = await fetch(`${server.url}/models`, { headers: { 'X-API-Key': key } });
    const { models } = (await list.json()) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['a']);
    expect(await call(key, '/models/a')).toBe(200);
    expect(await call(key, '/models/b')).toBe(403);
    expect(await call(key, '/models/not-there')).toBe(403);
    expect(await call(key, '/models/b/predict', { method: 'POST' })).toBe(403);
    expect(await call(key, '/models/a/predict', { method: 'POST' })).toBe(400);
  });

  it('that are limited to models read the metrics of these alone, and are not told of others anywhere', async () => {
    const all = await keys('create', '--name', 'operator');
    const key = await keys('create', '--name', 'reads-a', '--models', 'a');
    await untilAllSay(200, key);
    const ask = async (path: string, as: string, init: RequestInit = {}): Promise<string> =>
      (
        await fetch(`${server.url}${path}`, {
          ...init,
          headers: { 'X-API-Key': as, 'Content-Type': 'application/json' },
        })
      ).text();
    const numbers = { method: 'POST', body: '{"input": [1]}' };
    for (const model of ['a', 'b']) {
      await ask(`/models/${model}/predict`, all, numbers);
      await ask(`/v1/models/${model}:predict`, all, { method: 'POST', body: '{"instances": [1]}' });
    }
    for (const [page, label] of [
      ['/metrics', 'model'],
      ['/monitoring/prometheus/metrics', 'model_name'],
    ] as const) {
      const series = (text: string): string[] => text.split('\n').filter((line) => /^[a-z:]/.test(line));
      const whole = await ask(page, all);
      expect(whole).toMatch(new RegExp(`\\{.*\\b${label}="b"`));
      const part = series(await ask(page, key));
      expect(part.length).toBeGreaterThan(5);
      expect(part.filter((line) => !line.includes(`${label}="a"`))).toEqual([]);
      const counted = (text: string[]): string[] =>
        text.filter((line) => line.includes(`${label}="a"`) && /requests?_(total|count)/.test(line));
      expect(counted(part)).toEqual(counted(series(whole)));
    }
    const refusal = await ask('/predict', key, numbers);
    expect(refusal).toMatch(/may not use the default model; it is for a\. POST to \/models\/a\/predict\./);
    const ready = await (await fetch(`${server.url}/health/ready`)).text();
    expect(ready).toMatch(/"states":\{"AVAILABLE":2\}/);
  });

  it('have scopes: what a key is not for is 403 for it, and counts', async () => {
    const predict = await keys('create', '--name', 'app', '--scopes', 'predict');
    const metrics = await keys('create', '--name', 'prometheus', '--scopes', 'metrics');
    const admin = await keys('create', '--name', 'deployer', '--scopes', 'admin');
    const both = await keys('create', '--name', 'both', '--scopes', 'metrics, predict', '--rate-limit', '50');
    await untilAllSay(200, both);
    const statuses = async (key: string): Promise<Record<string, number>> => {
      const numbers = { method: 'POST', body: '{"instances": [1]}' };
      return {
        metrics: await call(key, '/metrics'),
        monitoring: await call(key, '/monitoring/prometheus/metrics'),
        models: await call(key, '/models'),
        model: await call(key, '/models/a'),
        predict: await call(key, '/models/a/predict', { ...numbers, body: 'not read before' }),
        list: await call(key, '/v1/models'),
        status: await call(key, '/v1/models/a'),
        serving: await call(key, '/v1/models/a:predict', numbers),
      };
    };
    const [open, closed] = [200, 403];
    const predictions = (status: number, unread = status) => {
      const serving = { list: status, status, serving: status };
      return { models: status, model: status, predict: unread, ...serving };
    };
    const pages = (status: number) => ({ metrics: status, monitoring: status });
    expect(await statuses(predict)).toEqual({ ...pages(closed), ...predictions(open, 415) });
    expect(await statuses(metrics)).toEqual({ ...pages(open), ...predictions(closed) });
    expect(await statuses(admin)).toEqual({ ...pages(closed), ...predictions(closed) });
    expect(await statuses(both)).toEqual({ ...pages(open), ...predictions(open, 415) });

    const headers = { 'X-API-Key': predict };
    const refused = await fetch(`${server.url}/metrics`, { headers });
    expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
    expect(await refused.json()).toMatchObject({
      status: 403,
      code: 'KEY_FORBIDDEN',
      detail: expect.stringContaining('the scope metrics; this key has predict.'),
    });
    const serving = await fetch(`${server.url}/v1/models/a`, { headers: { 'X-API-Key': metrics } });
    expect(await serving.json()).toEqual({
      error: expect.stringContaining('the scope predict; this key has metrics.'),
    });
  });

  it('of a file without scopes are for predictions and metrics, as before there were scopes', async () => {
    const key = await keys('create', '--name', 'old');
    const { keys: entries } = JSON.parse(await readFile(file, 'utf8')) as { keys: { name: string }[] };
    expect(entries.find(({ name }) => name === 'old')).not.toHaveProperty('scopes');
    await untilAllSay(200, key);
    expect(await call(key, '/metrics')).toBe(200);
  });

  it('have a rate of their own', async () => {
    const key = await keys('create', '--name', 'slow', '--rate-limit', '2');
    await untilAllSay(200, await keys('create', '--name', 'after-it'));
    expect(await call(key, '/models')).toBe(200);
    expect(await call(key, '/models')).toBe(200);
    expect(await call(key, '/models')).toBe(429);
  });

  it('are refused within a second or so of being revoked', async () => {
    const key = await keys('create', '--name', 'leaked');
    await untilAllSay(200, key);
    await keys('revoke', 'leaked');
    await untilAllSay(401, key);
  });
});
