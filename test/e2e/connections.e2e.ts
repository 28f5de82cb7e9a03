import { connect } from 'node:net';
import { fakeModel, TestServer } from './server.js';

/** What the server answers to these bytes until it closes the connection. */
function say(server: TestServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.write(bytes);
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

function expectProblem(answer: string, status: number): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/^Content-Type: application\/problem\+json/im);
  const id = /^X-Request-Id: (\S+)/im.exec(answer)?.[1];
  expect(id).toBeTruthy();
  const body = answer.slice(answer.indexOf('\r\n\r\n'));
  expect(body).toContain(`"status":${status}`);
  expect(body).toContain(`"requestId":"${id}"`);
}

describe('what is no request that a route can answer is a problem document with a request id', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', AUTH: 'off', HEADER_TIMEOUT_MS: '500' },
    });
  });
  afterAll(() => server.stop());

  it.each<[string, number, string]>([
    ['what is not HTTP', 400, 'hello\r\n\r\n'],
    ['no Host', 400, 'GET /models HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a head that does not end', 408, 'GET /models HTTP/1.1\r\nHost: x\r\n'],
    [
      'a body for a route that takes none',
      413,
      'GET /models HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n',
    ],
    [
      'a body of no announced length for a health check',
      413,
      'GET /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    ],
    [
      'an expectation that nobody knows',
      417,
      'GET /models HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    ],
    [
      'headers that are too large',
      431,
      `GET /models HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    [
      'extensions of chunks that are too large',
      413,
      'POST /models/fake/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n' +
        `2;${'x'.repeat(20_000)}\r\n{}\r\n`,
    ],
  ])('%s: %d', async (_, status, bytes) => expectProblem(await say(server, bytes), status));

  it('a GET with a small body is answered', async () => {
    const answer = await say(
      server,
      'GET /models HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('no client has all of the server', () => {
  it('requests of one caller in flight beyond MAX_CONCURRENT_REQUESTS are answered 429', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 1500 }) },
      env: { ENGINE: 'fake', MAX_CONCURRENT_REQUESTS: '2' },
    });
    const slow = [1, 2].map((x) => server.postJson('/models/fake/predict', { input: [x] }));
    const refused = await untilRefused(server);
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
    for (const answer of await Promise.all(slow)) expect([200, 429]).toContain(answer.status);
    expect((await server.fetch('/models')).status).toBe(200);
    await server.stop();
  });

  it('connections of one address beyond MAX_CONNECTIONS_PER_ADDRESS are answered 429', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', AUTH: 'off', MAX_CONNECTIONS_PER_ADDRESS: '8' },
    });
    const port = Number(new URL(server.url).port);
    const idle = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    let answer = '';
    await server.until(async () => {
      answer = await say(server, 'GET /models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      return answer.startsWith('HTTP/1.1 429 ');
    }, 'it refuses a connection');
    expectProblem(answer, 429);
    for (const socket of idle) socket.destroy();
    await server.until(async () => {
      answer = await say(server, 'GET /models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      return answer.startsWith('HTTP/1.1 200 ');
    }, 'it takes connections again');
    await server.stop();
  });
});

async function untilRefused(server: TestServer): Promise<Response> {
  for (;;) {
    const answer = await server.fetch('/models');
    if (answer.status === 429) return answer;
    expect(answer.status).toBe(200);
  }
}
