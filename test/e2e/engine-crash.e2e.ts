import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeModel, projectFile, TestServer } from './server.js';

/** The engine hosts of a server: its children. */
async function hostsOf(server: TestServer): Promise<number[]> {
  const pid = server.process.pid!;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
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
    expect(await (await server.fetch('/metrics')).text()).toMatch(/^tensornest_engine_restarts_total 1$/m);
    expect(server.lines.join('\n')).toMatch(
      /The engine process ended \(SIGKILL\)\. Another takes its place\./,
    );
    expect(await server.stop()).toEqual({ code: 0, signal: null });
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
