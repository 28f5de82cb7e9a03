import { ask, metric, processesOf, untilAnsweredBy } from './processes.js';
import { fakeModel, projectFile, TestServer } from './server.js';

const PREDICT = '/models/fake/predict';

const start = (env: Record<string, string> = {}, model = fakeModel()): Promise<TestServer> =>
  TestServer.start({
    models: { fake: model },
    env: { ENGINE: 'fake', HTTP_WORKERS: '2', MODELS_POLL_MS: '200', LOG_LEVEL: 'debug', ...env },
  });

/** Waits until each worker has every model. */
async function untilAllReady(server: TestServer, models = 1): Promise<void> {
  const said = `${models} of ${models} models can be used`;
  const tellers = () => server.log().filter(({ msg }) => String(msg).includes(said));
  await server.until(() => tellers().length === 2, 'both workers have the models');
}

describe('HTTP_WORKERS=2', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await untilAllReady(server);
  });

  it('answers by two processes, which have one engine process between them', async () => {
    for (let number = 1; number <= 6; number++) {
      const reply = await ask(server, PREDICT, [number]);
      expect([reply.status, reply.json()]).toEqual([200, expect.objectContaining({ predictions: [number] })]);
    }
    const { workers, engines } = await processesOf(server);
    expect([workers.length, engines.length]).toEqual([2, 1]);
    expect(await untilAnsweredBy(2, server, PREDICT)).toEqual(workers.toSorted((a, b) => a - b));
  });

  it('says once where it listens, and prints one key, which both take', async () => {
    const all = server.lines.join('\n');
    expect(all.match(/Listening at/g)).toHaveLength(1);
    expect(all.match(/tn_\w+/g)).toEqual([server.key]);
    for (const _ of [1, 2, 3, 4]) expect((await ask(server, '/models')).status).toBe(200);
    expect(await untilAnsweredBy(2, server, '/models')).toHaveLength(2);
  });

  it('loads a model into the engine once', () => {
    const loads = server.log().filter(({ msg }) => String(msg).startsWith('The engine loads'));
    expect(loads.map(({ msg }) => msg)).toEqual(['The engine loads fake/1#1.1 for the workers.']);
  });

  it('shows on each worker the metrics of all', async () => {
    const asked = `tensornest_requests_total{method="POST",route="/models/:model/predict",status="200"}`;
    const before = metric((await ask(server, '/metrics')).text, asked);
    for (const _ of [1, 2, 3, 4]) await ask(server, PREDICT, [1]);
    for (const _ of [1, 2]) {
      const { text } = await ask(server, '/metrics');
      expect(metric(text, asked)).toBe(before + 4);
      expect(metric(text, 'tensornest_batch_rows_count{model="fake"}')).toBe(before + 4);
    }
    expect(await untilAnsweredBy(2, server, '/metrics')).toHaveLength(2);
  });

  it('serves a new version by both', async () => {
    const { '1/fake.json': file = '' } = fakeModel();
    await server.putVersion('fake', 2, { 'fake.json': file });
    const versions = new Map<number, unknown>();
    await server.until(async () => {
      const reply = await ask(server, PREDICT, [7]);
      expect(reply.status).toBe(200);
      const { version } = reply.json() as { version: number };
      const last = server.log().findLast(({ msg }) => String(msg).includes(PREDICT));
      versions.set(Number(last?.pid), version);
      return versions.size === 2 && [...versions.values()].every((one) => one === 2);
    }, 'both workers answer with version 2');
    const loads = server.log().filter(({ msg }) => String(msg).startsWith('The engine loads'));
    expect(loads).toHaveLength(2);
  });

  it('ends with exit code 0', async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('HTTP_WORKERS=2 forms batches', () => {
  it('of the requests of both workers', async () => {
    const server = await start({ RATE_LIMIT: '100000' }, fakeModel({ runMs: 300 }));
    await untilAllReady(server);
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const replies = await Promise.all(numbers.map((number) => ask(server, PREDICT, [number])));
    for (const [index, reply] of replies.entries()) {
      expect(reply.json()).toMatchObject({ predictions: [index] });
    }
    expect(await untilAnsweredBy(2, server, PREDICT)).toHaveLength(2);
    const { text } = await ask(server, '/metrics');
    expect(metric(text, 'tensornest_batch_rows_sum{model="fake"}')).toBe(12);
    expect(metric(text, 'tensornest_batch_rows_count{model="fake"}')).toBeLessThanOrEqual(5);
    await server.stop();
  });
});

describe('HTTP_WORKERS=2 counts', () => {
  it('the requests of a key over both workers', async () => {
    const server = await start({ RATE_LIMIT: '10' });
    await untilAllReady(server);
    const limits: unknown[] = [];
    for (let number = 1; number <= 10; number++) {
      const { status, headers } = await ask(server, PREDICT, [number]);
      expect(status).toBe(200);
      limits.push(/;r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
    }
    expect(limits).toEqual(['9', '8', '7', '6', '5', '4', '3', '2', '1', '0']);
    expect(await untilAnsweredBy(2, server, PREDICT)).toHaveLength(2);
    for (const _ of [1, 2]) expect((await ask(server, PREDICT, [1])).status).toBe(429);
    await server.stop();
  });

  it('requests without a key over both workers', async () => {
    const server = await start({ FAILED_KEY_LIMIT: '2' });
    const { key } = server;
    server.key = 'wrong';
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await ask(server, PREDICT, [1])).status);
    expect(statuses).toEqual([401, 401, 429]);
    server.key = key;
    await server.stop();
  });
});

describe('HTTP_WORKERS=2 with a picture model', () => {
  it('knows the shapes, warms the model up once, and holds it once', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { HTTP_WORKERS: '2', LOG_LEVEL: 'debug' },
    });
    await untilAllReady(server);
    const star = await projectFile('samples/star.jpg');
    // `fetch` keeps connections, and so workers: as many at once as there are connections.
    const answers = await Promise.all(Array.from({ length: 16 }, () => server.postForm('/predict', star)));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ prediction: 'star' });
    expect(await untilAnsweredBy(2, server, '/predict')).toHaveLength(2);
    const { workers, engines } = await processesOf(server);
    expect([workers.length, engines.length]).toEqual([2, 1]);
    const loads = server.log().filter(({ msg }) => String(msg).startsWith('The engine loads'));
    expect(loads).toHaveLength(1);
    await server.stop();
  });
});
