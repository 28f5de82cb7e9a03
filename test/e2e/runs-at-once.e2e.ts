import { ask } from './processes.js';
import { fakeModel, TestServer } from './server.js';

const HANG = 13;
const PREDICT = '/models/fake/predict';

/** The fake model runs one request at a time in each thread, and never ends one with HANG in it. */
const start = (env: Record<string, string>): Promise<TestServer> =>
  TestServer.start({
    models: { fake: fakeModel({ on: { [HANG]: 'hang' } }) },
    yaml: { fake: 'batching: { maxBatchSize: 1 }' },
    env: { ENGINE: 'fake', ENGINE_HOSTS: '2', ENGINE_STREAMS: '2', ENGINE_TIMEOUT_MS: '60000', ...env },
  });

describe.each([
  ['one process', {}],
  ['HTTP_WORKERS=2', { HTTP_WORKERS: '2' }],
])('ENGINE_HOSTS=2 and ENGINE_STREAMS=2 with %s', (_, env: Record<string, string>) => {
  it('do four runs at once: with three that never end, every further request is answered', async () => {
    const server = await start(env);
    for (let count = 0; count < 3; count++) ask(server, PREDICT, [HANG]).catch(() => {}); // Its server ends first.
    for (let number = 1; number <= 6; number++) {
      expect((await ask(server, PREDICT, [number])).json()).toMatchObject({ predictions: [number] });
    }
    const { engine } = (await (await server.fetch('/models')).json()) as { engine: unknown };
    expect(engine).toMatchObject({ runtime: 'fake', runsAtOnce: 4 });
    server.process.kill('SIGKILL');
  });
});
