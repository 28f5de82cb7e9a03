import { Agent } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, isAlive, metric, processesOf, untilAnsweredBy } from './processes.js';
import { fakeModel, TestServer } from './server.js';

const PREDICT = '/models/fake/predict';
const COUNT = 'tensornest_requests_total{method="POST",route="/models/:model/predict",status="200"}';

const start = (env: Record<string, string> = {}, model = fakeModel()): Promise<TestServer> =>
  TestServer.start({
    models: { fake: model },
    env: { ENGINE: 'fake', HTTP_WORKERS: '2', RATE_LIMIT: '100000', ...env },
  });

async function untilAllReady(server: TestServer, count = 2): Promise<void> {
  const ready = () => server.log().filter(({ msg }) => String(msg).includes('1 of 1 models can be used'));
  await server.until(() => ready().length === count, 'all workers have the model');
}

/** Whether a worker that died has a successor, which listens. */
const isReplaced = (server: TestServer): boolean =>
  /HTTP worker \d+ \(pid \d+\) takes its place\./.test(server.lines.join('\n'));

/** The predictions that were logged. */
const requests = (server: TestServer) =>
  server.log().filter(({ msg }) => String(msg).includes(` ${PREDICT} `));

async function untilTwoWorkers(server: TestServer, without: number): Promise<void> {
  await server.until(async () => {
    const { workers } = await processesOf(server);
    return workers.length === 2 && !workers.includes(without);
  }, 'there are two workers again');
}

describe('when an HTTP worker is killed', () => {
  it('the others go on, and another takes its place', async () => {
    const server = await start();
    await untilAllReady(server);
    for (let number = 0; number < 10; number++) await ask(server, PREDICT, [number]);
    expect(metric((await ask(server, '/metrics')).text, COUNT)).toBe(10);
    const [victim = 0] = (await processesOf(server)).workers;
    process.kill(victim, 'SIGKILL');
    await untilTwoWorkers(server, victim);
    await server.until(() => isReplaced(server), 'it was replaced');
    await untilAllReady(server, 3);
    const { workers, engines } = await processesOf(server);
    for (let number = 0; number < 10; number++) {
      expect((await ask(server, PREDICT, [number])).json()).toMatchObject({ predictions: [number] });
    }
    expect(await untilAnsweredBy(3, server, PREDICT)).toHaveLength(3);
    expect([workers.length, engines.length]).toEqual([2, 1]);
    // What the one that is gone had counted is not lost.
    expect(metric((await ask(server, '/metrics')).text, COUNT)).toBe(20);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('the one that takes its place is asked nothing before it has the models', async () => {
    const server = await start();
    await untilAllReady(server);
    const [victim = 0] = (await processesOf(server)).workers;
    process.kill(victim, 'SIGKILL');
    const statuses = new Set<number>();
    await server.until(() => !isAlive(victim), 'it has ended');
    for (let left = 100; left > 0; left -= isReplaced(server) ? 1 : 0)
      statuses.add((await ask(server, PREDICT, [left])).status);
    expect(statuses).toEqual(new Set([200]));
    expect(await untilAnsweredBy(2, server, PREDICT)).toHaveLength(2);
    await server.stop();
  });

  it('again and again, with all others, there is soon one that listens', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const server = await start({ PORT: String(port) });
    for (let round = 0; round < 3; round++) {
      const { workers } = await processesOf(server);
      for (const worker of workers) process.kill(worker, 'SIGKILL');
      const answers = (): Promise<boolean> =>
        ask(server, '/health/live').then(
          ({ status }) => status === 200,
          () => false,
        );
      await server.until(() => workers.every((worker) => !isAlive(worker)), 'they have ended');
      // The pause after so many losses would be 10 s.
      await server.until(answers, 'one listens', 8_000);
    }
    await server.stop();
  });

  it('nobody else’s requests in flight are lost', async () => {
    const server = await start({}, fakeModel({ runMs: 500 }));
    await untilAllReady(server);
    const callers: { readonly agent: Agent; readonly pid: number }[] = [];
    for (let number = 0; number < 6; number++) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await ask(server, PREDICT, [number], agent);
      await server.until(() => requests(server).length > number, 'the request was logged');
      callers.push({ agent, pid: Number(requests(server).at(-1)?.pid) });
    }
    const victim = callers[0]!.pid;
    expect(new Set(callers.map(({ pid }) => pid)).size).toBe(2);
    const replies = callers.map(({ agent }) =>
      ask(server, PREDICT, [1], agent).then(
        ({ status }) => status,
        () => 'lost',
      ),
    );
    await sleep(200);
    process.kill(victim, 'SIGKILL');
    expect(await Promise.all(replies)).toEqual(callers.map(({ pid }) => (pid === victim ? 'lost' : 200)));
    for (const { agent } of callers) agent.destroy();
    await server.stop();
  });
});

describe('when the engine process of several workers is killed', () => {
  it('it is replaced, and requests are answered by both workers', async () => {
    const server = await start();
    await untilAllReady(server);
    const [victim = 0] = (await processesOf(server)).engines;
    process.kill(victim, 'SIGKILL');
    for (let number = 0; number < 6; number++) {
      const reply = await ask(server, PREDICT, [number]);
      expect([reply.status, reply.json()]).toEqual([200, expect.objectContaining({ predictions: [number] })]);
    }
    expect(await untilAnsweredBy(2, server, PREDICT)).toHaveLength(2);
    expect(metric((await ask(server, '/metrics')).text, 'tensornest_engine_restarts_total')).toBe(1);
    const { engines } = await processesOf(server);
    expect(engines).toHaveLength(1);
    expect(engines).not.toContain(victim);
    await server.stop();
  });
});

describe('a server of several workers', () => {
  it('finishes the requests in flight on SIGTERM', async () => {
    const server = await start({}, fakeModel({ runMs: 1500 }));
    await untilAllReady(server);
    const replies = [1, 2].map((number) => ask(server, PREDICT, [number]));
    await sleep(500);
    const exit = server.stop('SIGTERM');
    for (const reply of replies) expect((await reply).status).toBe(200);
    expect(await exit).toEqual({ code: 0, signal: null });
    await expect(ask(server, '/health/live')).rejects.toThrow();
  });

  it('does so too when Ctrl-C reaches every process of it', async () => {
    const server = await start({}, fakeModel({ runMs: 1500 }));
    await untilAllReady(server);
    const { workers, engines } = await processesOf(server);
    const reply = ask(server, PREDICT, [1]);
    await sleep(500);
    for (const pid of [...workers, ...engines]) process.kill(pid, 'SIGINT');
    const exit = server.stop('SIGINT');
    expect((await reply).json()).toMatchObject({ predictions: [1] });
    expect(await exit).toEqual({ code: 0, signal: null });
    expect([...workers, ...engines].filter(isAlive)).toEqual([]);
  });

  it('ends at once on the second signal', async () => {
    const server = await start({}, fakeModel({ runMs: 5_000 }));
    const reply = ask(server, PREDICT, [1]).catch(() => 'cut off');
    await sleep(500);
    const { workers, engines } = await processesOf(server);
    server.process.kill('SIGTERM');
    await server.until(
      () => server.lines.join('\n').includes('finishing the requests'),
      'it heard the first',
    );
    expect(await server.stop('SIGTERM')).toEqual({ code: 130, signal: null });
    expect(await reply).toBe('cut off');
    await until(() => ![...workers, ...engines].some(isAlive));
  });

  it('has no process left when the primary is killed', async () => {
    const server = await start();
    const { workers, engines } = await processesOf(server);
    await server.stop('SIGKILL');
    await until(() => ![...workers, ...engines].some(isAlive));
  });

  it('says once why it cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const env = { ENGINE: 'fake', HTTP_WORKERS: '2' };
    const server = await TestServer.spawn({
      models: { fake: fakeModel() },
      env: { ...env, PORT: String(port) },
    });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(
      server.lines.filter((line) => line.includes('Another program listens at 127.0.0.1:')),
    ).toHaveLength(1);
    taken.close();
    const lost = await TestServer.spawn({ env: { ...env, MODELS_DIR: '/nowhere' } });
    expect(await lost.exited).toEqual({ code: 1, signal: null });
    expect(lost.lines.filter((line) => line.includes('/nowhere'))).toHaveLength(1);
  });
});

describe('ENGINE_HOSTS=2', () => {
  it.each(['1', '2'])(
    'shares the batches of HTTP_WORKERS=%s, and the death of one loses nothing',
    async (workers) => {
      const server = await start({ ENGINE_HOSTS: '2', HTTP_WORKERS: workers }, fakeModel({ runMs: 100 }));
      await untilAllReady(server, Number(workers));
      const { engines } = await processesOf(server);
      expect(engines).toHaveLength(2);
      const statuses: number[] = [];
      const client = async (caller: number): Promise<void> => {
        for (let round = 0; round < 10; round++) {
          const reply = await ask(server, PREDICT, [caller]);
          statuses.push(reply.status);
          if (reply.status === 200) expect(reply.json()).toMatchObject({ predictions: [caller] });
          if (statuses.length === 40) process.kill(engines[0]!, 'SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: 12 }, (_, caller) => client(caller)));
      expect(statuses).toHaveLength(120);
      expect(new Set(statuses)).toEqual(new Set([200]));
      await server.until(
        async () => (await processesOf(server)).engines.length === 2,
        'there are two engines again',
      );
      const left = (await processesOf(server)).engines;
      expect(left).toContain(engines[1]);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    },
  );
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds() && Date.now() < end) await sleep(20);
  expect(holds()).toBe(true);
}
