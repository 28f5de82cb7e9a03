import { request } from 'node:http';
import { fakeModel, TestServer } from './server.js';

describe('overload', () => {
  const env = { ENGINE: 'fake', RATE_LIMIT: '100000' };

  it('beyond MAX_QUEUE requests are refused at once with 503 and Retry-After; the others are answered', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 300 }) },
      yaml: { fake: 'batching: { maxBatchSize: 1 }' },
      env: { ...env, MAX_QUEUE: '2' },
    });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, x) => server.postJson('/models/fake/predict', { input: [x] })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(refused).toHaveLength(4);
    for (const answer of refused) {
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await answer.json()).toMatchObject({ code: 'QUEUE_FULL' });
    }
    await server.stop();
  });

  it('requests that arrive while the engine is busy share one run, and each gets its own rows', async () => {
    const server = await TestServer.start({ models: { fake: fakeModel({ runMs: 150 }) }, env });
    const answers = await Promise.all(
      Array.from({ length: 9 }, async (_, x) =>
        (await server.postJson('/models/fake/predict', { input: [x * 10, x * 10 + 1] })).json(),
      ),
    );
    for (const [x, answer] of answers.entries())
      expect(answer).toMatchObject({ predictions: [x * 10, x * 10 + 1] });
    const metrics = await (await server.fetch('/metrics')).text();
    const [, sum] = /tensornest_batch_rows_sum\{model="fake"\} (\d+)/.exec(metrics)!;
    const [, count] = /tensornest_batch_rows_count\{model="fake"\} (\d+)/.exec(metrics)!;
    expect(Number(sum)).toBe(18);
    expect(Number(count)).toBeLessThan(9);
    await server.stop();
  });

  it('a prediction that takes longer than REQUEST_TIMEOUT_MS is answered with 504', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 2000 }) },
      env: { ...env, REQUEST_TIMEOUT_MS: '200' },
    });
    const response = await server.postJson('/models/fake/predict', { input: [1] });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await server.stop();
  });

  it('a client that hangs up is dropped before its work is done', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 1500 }) },
      yaml: { fake: 'batching: { maxBatchSize: 1 }' },
      env,
    });
    const first = server.postJson('/models/fake/predict', { input: [1] });
    await server.until(
      async () => (await (await server.fetch('/metrics')).text()).includes('tensornest_requests_total'),
      'it has answered',
    );
    const leaving = request(`${server.url}/models/fake/predict`, {
      method: 'POST',
      headers: { 'X-API-Key': server.key, 'Content-Type': 'application/json' },
    });
    leaving.on('error', () => {});
    leaving.end(JSON.stringify({ input: [2] }));
    await new Promise((resolve) => setTimeout(resolve, 400));
    leaving.destroy();
    const last = server.postJson('/models/fake/predict', { input: [3] });
    expect(await (await first).json()).toMatchObject({ predictions: [1] });
    expect(await (await last).json()).toMatchObject({ predictions: [3] });
    const metrics = await (await server.fetch('/metrics')).text();
    expect(metrics).toMatch(/tensornest_batch_rows_sum\{model="fake"\} 2$/m);
    await server.stop();
  });

  it('the server answers /health/live while the engine is busy', async () => {
    const server = await TestServer.start({ models: { slow: 'slow' }, env: { RATE_LIMIT: '100000' } });
    const busy = Array.from({ length: 3 }, () => server.postJson('/models/slow/predict', { input: [1] }));
    const live = await fetch(`${server.url}/health/live`);
    expect(live.status).toBe(200);
    for (const answer of await Promise.all(busy)) expect(answer.status).toBe(200);
    await server.stop();
  });
});
