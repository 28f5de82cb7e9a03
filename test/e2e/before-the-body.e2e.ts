import { connect, type Socket } from 'node:net';
import { fakeModel, projectFile, TestServer } from './server.js';

/** Sends a request's head, then byte after byte of a body that never ends, until the server closes the connection. */
function endlessBody(
  server: TestServer,
  path: string,
  headers: Record<string, string>,
): Promise<{ answer: string; sent: number }> {
  const { port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    let sent = 0;
    const lines = Object.entries({
      Host: 'x',
      'Content-Type': 'image/png',
      'Transfer-Encoding': 'chunked',
      ...headers,
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    const timer = setInterval(() => {
      sent += 1;
      socket.write('1\r\nx\r\n');
    }, 5);
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ answer, sent });
    });
  });
}

describe('before a byte of the body is read', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', RATE_LIMIT: '3', FAILED_KEY_LIMIT: '2' },
    });
  });
  afterAll(() => server.stop());

  it.each([
    ['no key', 401, 'KEY_MISSING', {}],
    ['a wrong key', 401, 'KEY_INVALID', { 'X-API-Key': 'tn_wrong' }],
    ['too many failed keys', 429, 'RATE_LIMITED', { 'X-API-Key': 'tn_wrong' }],
  ])('a caller with %s is answered, and the connection closed', async (_who, status, code, headers) => {
    const { answer } = await endlessBody(server, '/models/fake/predict', headers);
    expect(answer).toMatch(`HTTP/1.1 ${status} `);
    expect(answer).toMatch(code);
    expect(answer).toMatch(/^Connection: close/im);
    if (status === 429) expect(answer).toMatch(/^Retry-After: \d+/im);
  });

  it('a model that is not there is told', async () => {
    const { answer } = await endlessBody(server, '/models/nope/predict', { 'X-API-Key': server.key });
    expect(answer).toMatch('HTTP/1.1 404 ');
  });

  it('a caller over the rate limit is told when to go on', async () => {
    await server.fetch('/models');
    await server.fetch('/models');
    const { answer } = await endlessBody(server, '/models/fake/predict', { 'X-API-Key': server.key });
    expect(answer).toMatch('HTTP/1.1 429 ');
    expect(answer).toMatch(/^Retry-After: \d+/im);
    expect(answer).toMatch(/^RateLimit-Policy: "default";q=3;w=60/im);
    expect(answer).toMatch(/^RateLimit: "default";r=0;t=\d+/im);
    expect(answer).toMatch('"violated-policies":["default"]');
  });
});

describe('a body', () => {
  it('that does not arrive within BODY_TIMEOUT_MS is answered with 408', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel() },
      env: { ENGINE: 'fake', BODY_TIMEOUT_MS: '300' },
    });
    const { answer } = await endlessBody(server, '/models/fake/predict', { 'X-API-Key': server.key });
    expect(answer).toMatch('HTTP/1.1 408 ');
    expect(answer).toMatch('BODY_TIMEOUT');
    await server.stop();
  });

  it('is asked for, where the client asks whether to send it, only after the guards said yes', async () => {
    const server = await TestServer.start({
      models: { colours: 'colours' },
      labels: { 'colours.json': 'file:test/fixtures/labels/colours.json' },
    });
    const picture = await projectFile('test/fixtures/images/red.png');
    const ask = (key: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        let answer = '';
        socket.write(
          `POST /predict HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: image/png\r\nContent-Length: ${picture.length}\r\n` +
            'Expect: 100-continue\r\nConnection: close\r\n\r\n',
        );
        socket.on('data', (chunk) => {
          if (answer === '' && String(chunk).startsWith('HTTP/1.1 100 ')) socket.write(picture);
          answer += String(chunk);
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve(answer));
      });
    expect(await ask('tn_wrong')).toMatch(/^HTTP\/1\.1 401 /);
    const welcome = await ask(server.key);
    expect(welcome).toMatch(/^HTTP\/1\.1 100 Continue/);
    expect(welcome).toMatch('"prediction":"red"');
    await server.stop();
  });
});
