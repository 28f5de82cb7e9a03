import { Agent } from 'node:http';
import { connect } from 'node:net';
import { ask } from './processes.js';
import { fakeModel, TestServer } from './server.js';

const start = (runMs: number, env: Record<string, string> = {}): Promise<TestServer> =>
  TestServer.start({ models: { fake: fakeModel({ runMs }) }, env: { ENGINE: 'fake', ...env } });

const PREDICT = '/models/fake/predict';

describe('SIGTERM', () => {
  it('finishes the requests in flight and exits with 0', async () => {
    const server = await start(1500);
    const answer = server.postJson('/models/fake/predict', { input: [1] });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const exit = server.stop('SIGTERM');
    expect(await (await answer).json()).toMatchObject({ predictions: [1] });
    expect(await exit).toEqual({ code: 0, signal: null });
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it('makes the server unready at once, while DRAIN_DELAY_MS lets it go on answering', async () => {
    const server = await start(0, { DRAIN_DELAY_MS: '1500' });
    const exit = server.stop('SIGTERM');
    await server.until(
      async () => (await fetch(`${server.url}/health/ready`)).status === 503,
      'it is not ready',
    );
    const ready = await fetch(`${server.url}/health/ready`);
    expect(await ready.json()).toMatchObject({
      details: { models: { reason: 'The server is shutting down.' } },
    });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await server.postJson('/models/fake/predict', { input: [1] })).status).toBe(200);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('says on every answer that the connection ends, those that were being made included', async () => {
    const server = await start(800, { DRAIN_DELAY_MS: '500' });
    const agent = new Agent({ keepAlive: true });
    expect((await ask(server, '/health/live', undefined, agent)).headers.connection).toBe('keep-alive');
    const answer = ask(server, PREDICT, [1], agent);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const exit = server.stop('SIGTERM');
    const { status, headers } = await answer;
    expect([status, headers.connection]).toEqual([200, 'close']);
    expect(await exit).toEqual({ code: 0, signal: null });
    agent.destroy();
  });

  it.each([
    ['one process', {}],
    ['HTTP_WORKERS=2', { HTTP_WORKERS: '2' }],
  ])('resets no kept connection after DRAIN_DELAY_MS, with %s', async (_, env: Record<string, string>) => {
    const server = await start(5, { DRAIN_DELAY_MS: '1000', RATE_LIMIT: '1000000', ...env });
    const idle = new Agent({ keepAlive: true });
    const busy = new Agent({ keepAlive: true });
    expect((await ask(server, '/health/live', undefined, idle)).status).toBe(200);
    const failures: unknown[] = [];
    let answered = 0;
    const unready = new AbortController();
    const caller = async (): Promise<void> => {
      while (!unready.signal.aborted) {
        const { status } = await ask(server, PREDICT, [1], busy).catch((error: Error) => ({ status: error }));
        if (status === 200) answered += 1;
        else failures.push(status);
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    await server.until(() => answered > 200, 'the callers are answered');
    const exit = server.stop('SIGTERM');
    // As a load balancer does it: it asks each server whether it is ready, and sends no more to one that is not.
    await server.until(async () => (await ask(server, '/health/ready')).status === 503, 'it is not ready');
    unready.abort();
    await Promise.all(callers);
    expect(failures).toEqual([]);
    const refused = () =>
      ask(server, '/health/live').then(
        () => false,
        () => true,
      );
    await server.until(refused, 'nobody listens any more');
    const { status, headers } = await ask(server, PREDICT, [7], idle);
    expect([status, headers.connection]).toEqual([200, 'close']);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('waits SHUTDOWN_TIMEOUT_MS at most for a client that never finishes its body', async () => {
    const server = await start(0, { SHUTDOWN_TIMEOUT_MS: '300' });
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /models/fake/predict HTTP/1.1\r\nHost: x\r\nX-API-Key: ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    socket.destroy();
  });

  it('is obeyed while a model is being loaded', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes', slow: 'slow' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      untilReady: false,
    });
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(server.lines.join('\n')).not.toMatch(/cannot be used/);
  });

  it('given twice ends the server at once', async () => {
    const server = await start(5000);
    const answer = server.postJson('/models/fake/predict', { input: [1] }).catch(() => 'cut off');
    await new Promise((resolve) => setTimeout(resolve, 500));
    server.process.kill('SIGINT');
    await server.until(
      () => server.lines.join('\n').includes('finishing the requests in flight'),
      'it heard the first',
    );
    expect(await server.stop('SIGINT')).toEqual({ code: 130, signal: null });
    expect(await answer).toBe('cut off');
  });
});
