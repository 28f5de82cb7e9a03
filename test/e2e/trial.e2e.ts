import { metric } from './processes.js';
import { fakeModel, TestServer } from './server.js';

const FAKE = { ENGINE: 'fake', MODELS_POLL_MS: '200' };

/** A version whose first run, which has zeros, ends its process. */
const CRASHING = { 'fake.json': fakeModel({ on: { '0': 'crash' } })['1/fake.json']! };
const RIGHT = { 'fake.json': fakeModel()['1/fake.json']! };

async function restarts(server: TestServer): Promise<number> {
  return metric(await (await server.fetch('/metrics')).text(), 'tensornest_engine_restarts_total');
}

describe.each([
  ['in one process', {}],
  ['in two HTTP workers', { HTTP_WORKERS: '2' }],
])('a version that ends its process, %s', (_, env) => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('never meets traffic: the one before goes on in the same process, and it is told why', async () => {
    server = await TestServer.start({
      models: { m: fakeModel(), other: fakeModel() },
      env: { ...FAKE, RATE_LIMIT: '1000000', ...env },
    });
    const statuses = new Set<number>();
    const over = new AbortController();
    const traffic = (async () => {
      while (!over.signal.aborted) {
        for (const model of ['m', 'other'])
          statuses.add((await server.postJson(`/models/${model}/predict`, { input: [1] })).status);
      }
    })();
    await server.putVersion('m', 2, CRASHING);
    let reason: string | undefined;
    await server.until(async () => {
      const { version, versions } = await server.model('m'); // Each worker has its own knowledge of it.
      expect(version).toBe(1);
      reason = versions?.find((one) => one.version === 2)?.error;
      return reason !== undefined;
    }, 'version 2 has failed');
    expect(reason).toBe('It was tried in a process of its own first. The engine process ended (SIGABRT).');
    await server.putVersion('m', 3, RIGHT);
    await server.until(async () => (await server.versions('m'))['3'] === 'AVAILABLE', 'version 3 serves');
    over.abort();
    await traffic;
    expect([...statuses]).toEqual([200]);
    expect(await restarts(server)).toBe(0);
  });
});

describe('a version that ends the process of all', () => {
  it('at the start, is tried for itself from then on; the others are served', async () => {
    const server = await TestServer.start({
      models: { bad: { '1/fake.json': CRASHING['fake.json'] }, good: fakeModel() },
      env: FAKE,
      untilReady: false,
    });
    await server.until(
      async () => (await server.postJson('/models/good/predict', { input: [1] })).status === 200,
      'the good one answers',
    );
    await server.until(
      async () => /tried in a process of its own first/.test(String((await server.model('bad')).error)),
      'the bad one is tried for itself',
    );
    await server.stop();
  });

  it('is not tried first where ENGINE_TRIAL is off', async () => {
    const server = await TestServer.start({
      models: { m: fakeModel() },
      env: { ...FAKE, ENGINE_TRIAL: 'off' },
    });
    await server.putVersion('m', 2, CRASHING);
    await server.until(async () => Number(await restarts(server)) > 0, 'the process of all has ended');
    await server.stop();
  });
});
