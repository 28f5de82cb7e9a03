import { connect } from 'node:net';
import { fakeModel, TestServer } from './server.js';

const start = (runMs: number, env: Record<string, string> = {}): Promise<TestServer> =>
  TestServer.start({ models: { fake: fakeModel({ runMs }) }, env: { ENGINE: 'fake', ...env } });

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
