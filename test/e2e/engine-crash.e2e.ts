import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKey, hashKey } from '../../src/access/keys/api-key.js';
import { printKeysFile } from '../../src/access/keys/keys-file.js';
import { hostsOf, metric } from './processes.js';
import { fakeModel, projectFile, TestServer } from './server.js';

async function restartsOf(server: TestServer): Promise<number> {
  return metric(await (await server.fetch('/metrics')).text(), 'tensornest_engine_restarts_total');
}

describe('when the engine process dies', () => {
  it('kill -9 under load loses no request: each is answered, or refused with 503 and Retry-After; then all goes on', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes', half_plus_two: 'half_plus_two' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { RATE_LIMIT: '100000' },
    });
    const star = await projectFile('samples/star.jpg');
    const [victim] = await hostsOf(server);
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      for (let round = 0; round < 25; round++) {
        const response = await server.postForm('/predict', star);
        statuses.push(response.status);
        const answer = (await response.json()) as { prediction?: string };
        if (response.status === 200) expect(answer.prediction).toBe('star');
        else
          expect([response.status, response.headers.get('retry-after')]).toEqual([
            503,
            expect.stringMatching(/^\d+$/),
          ]);
        if (statuses.length === 60) process.kill(victim!, 'SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    expect(statuses).toHaveLength(200);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(150);

    const [successor, ...others] = await hostsOf(server);
    expect(others).toEqual([]);
    expect(successor).not.toBe(victim);
    const numbers = await server.postJson('/models/half_plus_two/predict', { input: [2] });
    expect(await numbers.json()).toMatchObject({ predictions: [3] });
    expect(await (await server.fetch('/metrics')).text()).toMatch(
      /^tensornest_engine_restarts_total\{reason="outside"\} 1$/m,
    );
    expect(server.lines.join('\n')).toMatch(
      /The engine process ended \(SIGKILL\)\. Another takes its place\./,
    );
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('killed from outside again and again, it blames no input for that', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 100 }) },
      env: { ENGINE: 'fake', RATE_LIMIT: '100000' },
    });
    const over = Date.now() + 6000;
    const killing = (async () => {
      while (Date.now() < over) {
        await sleep(700);
        for (const host of await hostsOf(server)) process.kill(host, 'SIGKILL');
      }
    })();
    const statuses = new Map<number, number>();
    const client = async (): Promise<void> => {
      while (Date.now() < over) {
        // Always the same input: once blamed, it would be refused for minutes.
        const response = await server.postJson('/models/fake/predict', { input: [1] });
        await response.body?.cancel();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    };
    await Promise.all([killing, ...Array.from({ length: 4 }, client)]);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await server.model('fake')).not.toHaveProperty('crashes');
    expect((await server.postJson('/models/fake/predict', { input: [1] })).status).toBe(200);
    await server.stop();
  });

  it('an input that kills it is tried again and then refused; what runs with it, and after it, is answered', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 100, on: { '666': 'crash' } }) },
      env: { ENGINE: 'fake' },
    });
    const ask = async (x: number): Promise<Response> =>
      server.postJson('/models/fake/predict', { input: [x] });
    // While the first of them runs, the others come to be one batch.
    const [before, poisonous, harmless] = await Promise.all([ask(0), ask(666), ask(1)]);
    expect(before.status).toBe(200);
    expect(poisonous.status).toBe(503);
    expect(poisonous.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await poisonous.json()).toMatchObject({ code: 'ENGINE_FAILED' });
    expect(await harmless.json()).toMatchObject({ predictions: [1] });
    expect(await (await ask(2)).json()).toMatchObject({ predictions: [2] });
    expect(await restartsOf(server)).toBe(2);
    await server.stop();
  });

  it.each([
    ['alone', {}],
    ['in whichever HTTP worker', { HTTP_WORKERS: '2' }],
  ])('an input that kills it does so twice, and is refused when it comes again: %s', async (_, env) => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ on: { '666': 'crash' } }), other: fakeModel() },
      env: { ENGINE: 'fake', ...env },
    });
    const ask = (x: number, model = 'fake'): Promise<Response> =>
      server.postJson(`/models/${model}/predict`, { input: [x] });
    expect((await server.model('fake')).crashes).toBeUndefined();
    expect((await ask(666)).status).toBe(503);
    for (let round = 0; round < 10; round += 1) {
      expect(await (await ask(666)).json()).toMatchObject({
        status: 422,
        code: 'INPUT_REFUSED',
        detail: expect.stringMatching(
          /^This input ended the engine's process .* refused for \d+ s; other inputs/,
        ),
      });
      expect((await ask(round)).status).toBe(200);
    }
    expect((await server.postJson('/v1/models/fake:predict', { instances: [666] })).status).toBe(400);
    expect((await ask(666, 'other')).status).toBe(200);
    expect((await server.model('fake')).crashes).toMatchObject({ refusedInputs: 1, refusedKeys: 0 });
    expect((await server.model('other')).crashes).toBeUndefined();
    expect(await restartsOf(server)).toBe(2);
    await server.stop();
  });

  it('many copies of such an input kill it no more often, and nobody beside them is lost', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 50, on: { '666': 'crash' } }) },
      env: { ENGINE: 'fake' },
    });
    const ask = async (x: number): Promise<number> =>
      (await server.postJson('/models/fake/predict', { input: [x] })).status;
    const all = Array.from({ length: 40 }, (_, index) => index);
    const statuses = await Promise.all(all.map((x) => ask(x % 2 === 0 ? 666 : x)));
    expect(statuses.filter((_, x) => x % 2 === 1)).toEqual(all.slice(20).map(() => 200));
    for (const x of all.filter((one) => one % 2 === 0)) expect([503, 422]).toContain(statuses[x]);
    expect(await restartsOf(server)).toBe(2);
    await server.stop();
  });

  it('a key that sends such inputs, each another one, is held back from the model, and no other key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
    const keysFile = join(folder, 'keys.json');
    const keys = ['bad', 'good'].map((name) => ({ name, ...createKey() }));
    const entries = keys.map(({ id, name, text }) => ({
      id,
      name,
      sha256: hashKey(text),
      createdAt: '2026-01-01T00:00:00Z',
      priority: 'normal' as const,
    }));
    await writeFile(keysFile, printKeysFile(entries));
    const server = await TestServer.start({
      models: { fake: fakeModel({ on: { '666': 'crash' } }), other: fakeModel() },
      env: { ENGINE: 'fake', API_KEYS_FILE: keysFile, CRASH_LIMIT: '2', POISON_TTL_MS: '3600000' },
    });
    const ask = (key: number, input: readonly number[], model = 'fake'): Promise<Response> =>
      server.postJson(`/models/${model}/predict`, { input }, { 'X-API-Key': keys[key]!.text });
    for (const other of [1, 2]) expect((await ask(0, [666, other])).status).toBe(503);
    const refused = await ask(0, [1]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect(await refused.json()).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      detail: expect.stringMatching(
        /^2 inputs that you sent to the model "fake" ended the engine's process\. /,
      ),
    });
    expect((await ask(0, [1], 'other')).status).toBe(200);
    expect((await ask(1, [1])).status).toBe(200);
    const view = await server.fetch('/models/fake', { headers: { 'X-API-Key': keys[1]!.text } });
    expect(await view.json()).toMatchObject({ crashes: { refusedInputs: 2, refusedKeys: 1 } });
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('an input that it hangs on is refused when it comes again', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ on: { '7': 'hang' } }) },
      env: { ENGINE: 'fake', ENGINE_TIMEOUT_MS: '2000', REQUEST_TIMEOUT_MS: '1000' },
    });
    const ask = async (x: number): Promise<number> =>
      (await server.postJson('/models/fake/predict', { input: [x] })).status;
    expect(await ask(7)).toBe(504); // Its caller has left when that is known.
    await server.until(async () => (await restartsOf(server)) === 1, 'it was replaced');
    await server.until(async () => (await ask(8)) === 200, 'another serves');
    expect([await ask(7), await ask(9)]).toEqual([422, 200]);
    await server.stop();
  });

  it('where the files of a model were removed meanwhile, who waits for it is told to try again, and not that the input is at fault', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 3000 }) },
      env: { ENGINE: 'fake', MODELS_POLL_MS: '0' },
    });
    const [victim] = await hostsOf(server);
    const asked = server.postJson('/models/fake/predict', { input: [1] });
    await sleep(300); // It runs, or is about to: both end alike.
    await rm(join(server.folder, 'models/fake/1'), { recursive: true });
    process.kill(victim!, 'SIGKILL');
    const response = await asked;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({
      code: 'ENGINE_FAILED',
      detail: expect.stringContaining('taken away'),
    });
    await server.stop();
  });

  it('where the next process is not there soon, callers are told at once when to come again', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ loadMs: 12_000, runMs: 2000, on: { '666': 'crash' } }) },
      env: { ENGINE: 'fake' },
    });
    const ask = (x: number): Promise<Response> => server.postJson('/models/fake/predict', { input: [x] });
    // It ends the process 2 s after the other has begun to wait for it.
    const answers = await Promise.all([ask(666), ask(1)]);
    for (const answer of [...answers, await ask(2)]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^1\d$/),
      ]);
      expect(await answer.json()).toMatchObject({
        code: 'ENGINE_FAILED',
        detail: expect.stringMatching(/^The engine is being replaced, and is expected back within 1\d s\. /),
      });
    }
    // None of them waited for the engine: it is still not there.
    expect(server.lines.join('\n')).not.toContain('holds the models again');
    expect((await server.fetch('/health/ready')).status).toBe(200);
    await server.stop();
  });

  it('a run that hangs is ended with its process after ENGINE_TIMEOUT_MS', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ on: { '7': 'hang' } }) },
      env: { ENGINE: 'fake', ENGINE_TIMEOUT_MS: '300' },
    });
    const response = await server.postJson('/models/fake/predict', { input: [7] });
    expect(await response.json()).toMatchObject({ status: 503, code: 'ENGINE_FAILED' });
    expect(await (await server.postJson('/models/fake/predict', { input: [8] })).json()).toMatchObject({
      predictions: [8],
    });
    await server.stop();
  });

  it('it does not outlive a server that was killed', async () => {
    const server = await TestServer.start({ models: { fake: fakeModel() }, env: { ENGINE: 'fake' } });
    const [host] = await hostsOf(server);
    await server.stop('SIGKILL');
    const alive = (): boolean => {
      try {
        return process.kill(host!, 0);
      } catch {
        return false;
      }
    };
    const end = Date.now() + 5000;
    while (alive() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(alive()).toBe(false);
  });
});
