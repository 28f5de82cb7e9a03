import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf } from './processes.js';
import { fakeModel, TestServer } from './server.js';

/** One run at a time of this length, in ms. */
const RUN_MS = 300;
const RANGE =
  '"X-Timeout-Ms" must be a whole number from 1 to 5000: how many milliseconds the answer may take.';

describe('a deadline of one request', () => {
  let server: TestServer;

  beforeAll(async () => {
    const slow = fakeModel({ runMs: RUN_MS });
    server = await TestServer.start({
      models: { fake: slow, fresh: slow, fresh_v1: slow, quick: fakeModel() },
      yaml: {
        fake: 'batching: { maxBatchSize: 1 }',
        fresh: 'batching: { maxBatchSize: 1 }',
        fresh_v1: 'batching: { maxBatchSize: 1 }',
      },
      env: { ENGINE: 'fake', RATE_LIMIT: '100000', REQUEST_TIMEOUT_MS: '5000' },
    });
    // What a run costs is known once some were measured.
    for (let measured = 0; measured < 3; measured += 1) await predict(undefined);
  });
  afterAll(() => server.stop());

  const headers = (timeoutMs: string | undefined): Record<string, string> =>
    timeoutMs === undefined ? {} : { 'X-Timeout-Ms': timeoutMs };
  const predict = (timeoutMs: string | undefined, model = 'fake'): Promise<Response> =>
    server.postJson(`/models/${model}/predict`, { input: [1] }, headers(timeoutMs));
  const predictV1 = (timeoutMs: string, model = 'fake'): Promise<Response> =>
    server.postJson(`/v1/models/${model}:predict`, { instances: [1] }, headers(timeoutMs));

  it('is met where it can be', async () => {
    expect((await predict('4000')).status).toBe(200);
    expect((await predictV1('5000')).status).toBe(200);
  });

  it('that cannot be met is refused at once with 503 and Retry-After', async () => {
    for (const send of [predict, predictV1]) {
      const began = performance.now();
      const answer = await send(String(RUN_MS / 3));
      expect(performance.now() - began).toBeLessThan(RUN_MS);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      const body = (await answer.json()) as { code?: string; error?: string; detail?: string };
      if (send === predict) expect(body).toMatchObject({ code: 'DEADLINE_UNREACHABLE' });
      expect(body.detail ?? body.error).toMatch(/deadline/);
    }
  });

  it('that cannot be met behind those who wait is refused, and one that can wait is not', async () => {
    const waiting = Array.from({ length: 6 }, () => predict(undefined));
    await server.until(
      async () =>
        /tensornest_queued_rows\{model="fake"\} [2-9]/.test(await (await server.fetch('/metrics')).text()),
      'some wait',
    );
    const [short, long] = await Promise.all([predict(String(RUN_MS * 2)), predict('5000')]);
    expect(short.status).toBe(503);
    expect(await short.json()).toMatchObject({ code: 'DEADLINE_UNREACHABLE' });
    expect(long.status).toBe(200);
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
  });

  it('that cannot be met behind those who have not even come to the engine is refused as soon', async () => {
    // Of so many one runs, one lies ready, and of the others only some are let through to the engine.
    const waiting = Array.from({ length: 14 }, () => predict(undefined));
    await server.until(
      async () =>
        /tensornest_queued_rows\{model="fake"\} 1[0-9]/.test(await (await server.fetch('/metrics')).text()),
      'all wait',
    );
    const began = performance.now();
    const short = await predict(String(RUN_MS * 8));
    expect(performance.now() - began).toBeLessThan(RUN_MS);
    expect(await short.json()).toMatchObject({ code: 'DEADLINE_UNREACHABLE' });
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
  });

  it('that passes in spite of all is answered with 504', async () => {
    const answer = await predict(String(RUN_MS / 3), 'fresh');
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      detail: `The answer was not ready within ${RUN_MS / 3} ms. Try again when the server is less busy.`,
    });
    expect((await predictV1(String(RUN_MS / 3), 'fresh_v1')).status).toBe(504);
  });

  it('is not thought out of reach because one run among quick ones was slow', async () => {
    const { engines } = await processesOf(server);
    for (let quick = 0; quick < 20; quick += 1) expect((await predict(undefined, 'quick')).status).toBe(200);
    process.kill(engines[0]!, 'SIGSTOP');
    const slow = predict(undefined, 'quick');
    await sleep(500);
    process.kill(engines[0]!, 'SIGCONT');
    expect((await slow).status).toBe(200);
    expect((await predict(undefined, 'quick')).status).toBe(200);
  });

  it.each(['0', '5001', 'soon', '-5', '1e3', '2.5', ''])(
    'given as %j is refused with the range',
    async (given) => {
      const answer = await predict(given);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        code: 'FIELD_INVALID',
        detail: RANGE,
        errors: [{ field: 'X-Timeout-Ms' }],
      });
      const answerV1 = await predictV1(given);
      expect(answerV1.status).toBe(400);
      expect(await answerV1.json()).toEqual({ error: RANGE });
    },
  );

  it.each(['/models/fake/predict', '/v1/models/fake:predict'])(
    'that is wrong costs no upload: POST %s answers before the body came',
    async (path) => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sending = request(`${server.url}${path}`, {
          method: 'POST',
          headers: {
            'X-API-Key': server.key,
            'X-Timeout-Ms': '99999',
            'Content-Type': 'application/json',
            'Content-Length': 1_000_000,
          },
        });
        sending.on('error', reject);
        sending.on('response', (response) => {
          resolve(response.statusCode);
          sending.off('error', reject).on('error', () => {});
          sending.destroy();
        });
        sending.flushHeaders();
      });
      expect([400, 422]).toContain(status);
    },
  );

  it('is documented for both protocols', async () => {
    const { paths } = (await (await server.fetch('/openapi.json')).json()) as {
      paths: Record<string, { post: { parameters: { name: string; in: string }[] } }>;
    };
    for (const path of ['/predict', '/models/{model}/predict', '/v1/models/{model}:predict'])
      expect(paths[path]!.post.parameters).toContainEqual(
        expect.objectContaining({ name: 'X-Timeout-Ms', in: 'header', required: false }),
      );
  });
});
