import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hostsOf, metric } from './processes.js';
import { fakeModel, projectFile, TestServer } from './server.js';

const MIB = 2 ** 20;

async function restarts(server: TestServer, reason: string): Promise<number> {
  const text = await (await server.fetch('/metrics')).text();
  return metric(text, `tensornest_engine_restarts_total{reason="${reason}"}`);
}

const predict = (server: TestServer, input: unknown, model = 'fake'): Promise<Response> =>
  server.postJson(`/models/${model}/predict`, { input });

/** What the engine's process has taken that only its end gives back, in bytes. */
async function privateBytes(server: TestServer): Promise<number> {
  const [host] = await hostsOf(server);
  const [, resident, shared] = (await readFile(`/proc/${host}/statm`, 'utf8')).split(' ').map(Number);
  return (resident! - shared!) * 4096;
}

/** What a server's engine takes that was only started. */
async function takenAtFirst(options: Parameters<typeof TestServer.start>[0]): Promise<number> {
  const server = await TestServer.start(options);
  const bytes = await privateBytes(server);
  await server.stop();
  return bytes;
}

describe('ENGINE_MEMORY_BYTES', () => {
  it('an input for which the process takes more ends it twice, and is then refused with that reason; others beside it are answered', async () => {
    const fake = {
      models: { fake: fakeModel({ runMs: 20, on: { '666': 'swell' } }) },
      env: { ENGINE: 'fake' },
    };
    const limit = (await takenAtFirst(fake)) + 128 * MIB;
    const server = await TestServer.start({
      ...fake,
      env: { ...fake.env, ENGINE_MEMORY_BYTES: String(limit) },
    });
    const [swollen, ...others] = await Promise.all([666, 1, 2, 3, 4].map((x) => predict(server, [x])));
    expect(swollen!.status).toBe(503);
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await (await predict(server, [666])).json()).toMatchObject({
      status: 422,
      code: 'INPUT_REFUSED',
      detail: expect.stringMatching(/took more memory .* ENGINE_MEMORY_BYTES; send fewer rows at once\. /),
    });
    expect((await server.model('fake')).crashes).toMatchObject({ refusedInputs: 1, overMemory: 1 });
    expect([await restarts(server, 'memory'), await restarts(server, 'itself')]).toEqual([2, 0]);
    expect(server.lines.join('\n')).toMatch(/The engine process took \d+ MB, more than its limit/);
    await server.stop();
  });

  it('a process that grows slowly loses no request', async () => {
    const fake = { models: { fake: fakeModel({ runLeakBytes: 4 * MIB }) }, env: { ENGINE: 'fake' } };
    const limit = (await takenAtFirst(fake)) + 160 * MIB;
    const server = await TestServer.start({
      ...fake,
      env: { ...fake.env, ENGINE_MEMORY_BYTES: String(limit) },
    });
    for (let x = 0; x < 120; x += 1) {
      const answer = await predict(server, [x]);
      expect([answer.status, await answer.json()]).toMatchObject([200, { predictions: [x] }]);
    }
    expect(await restarts(server, 'memory')).toBeGreaterThan(0);
    expect((await server.model('fake')).crashes).toBeUndefined();
    await server.stop();
  });

  it('holds for TensorFlow: a request with too many pictures at once is refused, and fewer are answered', async () => {
    const shapes = {
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    };
    const limit = (await takenAtFirst(shapes)) + 30 * MIB;
    const server = await TestServer.start({
      ...shapes,
      env: { ENGINE: 'tensorflow', ENGINE_MEMORY_BYTES: String(limit), MAX_QUEUE: '1000' },
    });
    const picture = Array.from({ length: 64 }, () => Array.from({ length: 64 }, () => [0.5, 0.5, 0.5]));
    const ask = (rows: number): Promise<Response> =>
      server.postJson('/v1/models/shapes:predict', {
        instances: Array.from({ length: rows }, () => picture),
      });
    expect((await ask(1)).status).toBe(200);
    expect((await ask(330)).status).toBe(503);
    const refused = await ask(330);
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('ENGINE_MEMORY_BYTES'),
    ]);
    expect((await server.postForm('/predict', await projectFile('samples/star.jpg'))).status).toBe(200);
    await server.stop();
  });
});

describe('ENGINE_NETWORK', () => {
  const network = (pid: number): Promise<string> => readlink(`/proc/${pid}/ns/net`);
  const engineIsApart = async (env: Readonly<Record<string, string>>): Promise<[boolean, string]> => {
    const server = await TestServer.start({ models: { fake: fakeModel() }, env: { ENGINE: 'fake', ...env } });
    const [host] = await hostsOf(server);
    const isApart = (await network(host!)) !== (await network(server.process.pid!));
    expect((await predict(server, [1])).status).toBe(200);
    process.kill(host!, 'SIGKILL'); // The process itself is there under its id, and no other before it.
    await server.until(async () => (await hostsOf(server)).some((pid) => pid !== host), 'another is there');
    const log = server.lines.join('\n');
    await server.stop();
    return [isApart, log];
  };

  it('auto: the engine process has a network of its own that leads nowhere, or it is told why not', async () => {
    const told = /The engine process can reach the network .* unshare/;
    const system = await promisify(execFile)('unshare', ['--net', '--map-current-user', '--', 'true']).catch(
      () => null,
    );
    const [isApart, log] = await engineIsApart({});
    expect([isApart, told.test(log)]).toEqual(system ? [true, false] : [false, true]);
  });

  it('on: it has the network of the server', async () => {
    expect((await engineIsApart({ ENGINE_NETWORK: 'on' }))[0]).toBe(false);
  });

  it('off: the server does not start where the system does not let that be done', async () => {
    const server = await TestServer.spawn({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', ENGINE_NETWORK: 'off', PATH: '/nowhere' },
    });
    expect((await server.exited).code).not.toBe(0);
    expect(server.lines.join('\n')).toContain('There is no command unshare, of util-linux.');
  });
});
