import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, hashKey } from '../../src/access/keys/api-key.js';
import { printKeysFile } from '../../src/access/keys/keys-file.js';
import { fakeModel, TestServer } from './server.js';

describe('callers who meet at a model', () => {
  let folder: string;
  const keys = {
    high: { ...createKey(), priority: 'high' },
    normal: { ...createKey(), priority: 'normal' },
    other: { ...createKey(), priority: 'normal' },
    low: { ...createKey(), priority: 'low' },
  } as const;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
    const createdAt = '2026-01-01T00:00:00Z';
    const entries = Object.entries(keys).map(([name, { id, text, priority }]) => ({
      id,
      name,
      sha256: hashKey(text),
      createdAt,
      priority,
    }));
    await writeFile(join(folder, 'keys.json'), printKeysFile(entries));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = (runMs: number, env: Record<string, string> = {}): Promise<TestServer> =>
    TestServer.start({
      models: { fake: fakeModel({ runMs }) },
      yaml: { fake: 'batching: { maxBatchSize: 1 }' },
      env: { ENGINE: 'fake', RATE_LIMIT: '100000', API_KEYS_FILE: join(folder, 'keys.json'), ...env },
    });

  const send = (server: TestServer, who: keyof typeof keys, x = 1): Promise<Response> =>
    server.postJson('/models/fake/predict', { input: [x] }, { 'X-API-Key': keys[who].text });

  const untilQueued = (server: TestServer, least: number): Promise<void> =>
    server.until(async () => {
      const metrics = await server.fetch('/metrics', { headers: { 'X-API-Key': keys.normal.text } });
      const [, queued = '0'] =
        /tensornest_queued_rows\{model="fake"\} (\d+)/.exec(await metrics.text()) ?? [];
      return Number(queued) >= least;
    }, `${least} wait`);

  it('a high priority goes before low ones that came earlier', async () => {
    const server = await start(200);
    const answered: string[] = [];
    const told = async (name: string, response: Promise<Response>): Promise<void> => {
      expect((await response).status).toBe(200);
      answered.push(name);
    };
    const low = Array.from({ length: 8 }, (_, x) => told('low', send(server, 'low', x)));
    await untilQueued(server, 5);
    const high = told('high', send(server, 'high'));
    await Promise.all([...low, high]);
    // One runs and one lies ready when it comes; the rest of the low ones are behind it.
    expect(answered.length - 1 - answered.indexOf('high')).toBeGreaterThanOrEqual(2);
    await server.stop();
  });

  it('one that floods the server shuts no other out, and is refused itself', async () => {
    const server = await start(60, { MAX_QUEUE: '8' });
    const flood: Promise<number>[] = [];
    const flooding = new AbortController();
    const senders = Array.from({ length: 24 }, async () => {
      while (!flooding.signal.aborted) {
        const answer = send(server, 'normal');
        flood.push(answer.then(({ status }) => status));
        if ((await answer).status === 503) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await untilQueued(server, 4);
    for (let x = 0; x < 5; x += 1) {
      const answer = await send(server, 'other', x);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ predictions: [x] });
    }
    flooding.abort();
    await Promise.all(senders);
    const statuses = await Promise.all(flood);
    expect(statuses).toContain(200);
    expect(statuses).toContain(503);
    await server.stop();
  });
});
