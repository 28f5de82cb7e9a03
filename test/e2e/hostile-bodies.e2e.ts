import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { TestServer } from './server.js';

const MIB = 2 ** 20;
/** From here the hostile bodies come; without keys each address counts for itself. */
const ATTACKER = '127.0.0.2';
/** With what a body may be refused: none of it is the server's fault. */
const REFUSALS = [400, 413, 422, 429, 503];

/** Takes rows of any length and answers one number a row. */
const rows = {
  '1/fake.json': JSON.stringify({
    signatures: {
      serving_default: {
        inputs: [{ name: 'x', dtype: 'float32', shape: [null, null] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [null] }],
      },
    },
  }),
};
const env = { ENGINE: 'fake', AUTH: 'off', RATE_LIMIT: '100000' };

/** `unit` again and again within a list, of about `bytes`. */
function list(field: string, unit: string, bytes: number): Buffer {
  return Buffer.from(`{"${field}":[${`${unit},`.repeat(bytes / (unit.length + 1))}${unit}]}`);
}

/** @returns the status, or the code of the error where the connection broke */
function send(
  server: TestServer,
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const sending = request(
      `${server.url}${path}`,
      {
        method: 'POST',
        localAddress: ATTACKER,
        headers: { 'Content-Type': 'application/json', 'Content-Length': body.length, ...headers },
      },
      (response) => {
        response.resume().once('close', () => resolve(response.statusCode));
      },
    );
    sending.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    sending.end(body);
  });
}

/** What the bodies of requests in flight take, by the server's own account. */
async function bodyBytes(server: TestServer): Promise<number> {
  const text = await (await server.fetch('/metrics')).text();
  return Number(/^tensornest_body_bytes (\S+)$/m.exec(text)?.[1]);
}

describe('with a heap of 512 MB, while one client sends hostile bodies, others are answered', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      models: { rows },
      env: { ...env, NODE_OPTIONS: '--max-old-space-size=512' },
    });
  });
  afterAll(() => server.stop());

  const big = 40 * MIB;
  const form = (json: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="image"; filename="p"\r\n\r\nx\r\n'),
      Buffer.from('--b\r\nContent-Disposition: form-data; name="inputs"\r\n\r\n'),
      json,
      Buffer.from('\r\n--b--\r\n'),
    ]);
  const gzip = { 'Content-Encoding': 'gzip' };
  const predict = '/models/rows/predict';
  const v1 = '/v1/models/rows:predict';
  it.each<[string, string, () => Buffer, Record<string, string>]>([
    ['objects, compressed', predict, () => gzipSync(list('input', '{}', big)), gzip],
    ['objects, compressed, to /v1', v1, () => gzipSync(list('inputs', '{}', big)), gzip],
    ['objects', predict, () => list('input', '{}', big), {}],
    ['objects to /v1', v1, () => list('inputs', '{}', big), {}],
    ['texts', predict, () => list('images', '""', big), {}],
    ['lists of many shapes', v1, () => list('instances', '[1],[1,2]', big), {}],
    ['numbers and then something else', predict, () => list('instances', '0,'.repeat(9) + '0,null', big), {}],
    ['empty lists', predict, () => list('instances', '[]', big), {}],
    ['members', predict, () => Buffer.from(`{"input":{${'"a":1,'.repeat(big / 6)}"a":1}}`), {}],
    ['a long name', v1, () => Buffer.from(`{"inputs":{"${'x'.repeat(big)}":1}}`), {}],
    ['a long text', predict, () => Buffer.from(`{"image":"${'é'.repeat(big / 2)}"}`), {}],
    ['brackets', v1, () => Buffer.from('['.repeat(big)), {}],
    ['more numbers than are allowed', predict, () => list('input', '0', big), {}],
    [
      'objects in a form',
      predict,
      () => form(Buffer.from(`[${'{},'.repeat(big / 3)}{}]`)),
      { 'Content-Type': 'multipart/form-data; boundary=b' },
    ],
  ])('%s', async (_, path, make, headers) => {
    const body = make();
    const hostile = Promise.all(Array.from({ length: 4 }, () => send(server, path, body, headers)));
    const polite: number[] = [];
    for (let count = 0; count < 5; count++)
      polite.push((await server.postJson(predict, { input: [[1, 2]] })).status);
    expect(polite).toEqual([200, 200, 200, 200, 200]);
    for (const status of await hostile) {
      // Who still sends when the connection is closed may not see the answer.
      if (typeof status === 'number') expect(REFUSALS).toContain(status);
    }
    expect((await server.postJson(predict, { input: [[1, 2]] })).status).toBe(200);
    await server.until(async () => (await bodyBytes(server)) === 0, 'it holds no bodies');
  });

  it('and large bodies that are right are answered, with numbers as they were sent', async () => {
    const numbers = Array.from({ length: 200_000 }, (_, index) => index / 8);
    expect((await server.postJson(predict, { input: [numbers] })).status).toBe(200);
    expect((await server.postJson(v1, { instances: [numbers, numbers] })).status).toBe(200);
    const odd = await server.postJson(predict, { input: [numbers, numbers.slice(1)] });
    expect(odd.status).toBe(422);
  });
});

describe('a request that is too large for an empty house is refused with 413', () => {
  it('by rows, and by bytes', async () => {
    const server = await TestServer.start({
      models: { rows },
      env: { ...env, MAX_QUEUE: '4', MAX_QUEUE_BYTES: String(MIB) },
    });
    const five = await server.postJson('/models/rows/predict', { input: [[1], [1], [1], [1], [1]] });
    expect(five.status).toBe(413);
    expect(await five.json()).toMatchObject({ code: 'REQUEST_TOO_LARGE' });
    const wide = await server.postJson('/v1/models/rows:predict', { inputs: [Array(300_000).fill(1)] });
    expect(wide.status).toBe(413);
    expect((await server.postJson('/models/rows/predict', { input: [[1], [1], [1], [1]] })).status).toBe(200);
    await server.stop();
  });
});

describe('memory for bodies', () => {
  it('is bounded over all requests: who finds none is told when to come again, and small ones pass', async () => {
    const server = await TestServer.start({
      models: { rows },
      env: {
        ...env,
        MAX_BODY_BYTES: String(8 * MIB),
        MAX_JSON_NUMBERS: '65536',
        MAX_INFLIGHT_BYTES: String(24 * MIB),
      },
    });
    const stalled = Array.from({ length: 8 }, () => stall(server, 8 * MIB, MIB));
    await server.until(async () => (await bodyBytes(server)) >= 8 * MIB, 'a body is on its way');
    expect(await bodyBytes(server)).toBeLessThanOrEqual(24 * MIB);
    expect((await server.postJson('/models/rows/predict', { input: [[1]] })).status).toBe(200);
    const answers = await Promise.all(stalled.slice(1).map(({ answered }) => answered));
    expect(answers.some((answer) => /^HTTP\/1.1 429 [^]*^Retry-After: \d+/im.test(answer))).toBe(true);
    for (const { leave } of stalled) leave();
    await server.until(async () => (await bodyBytes(server)) === 0, 'it holds no bodies');
    await server.stop();
  });
});

/** Sends a part of a picture and no more. */
function stall(
  server: TestServer,
  bytes: number,
  sent: number,
): { readonly answered: Promise<string>; leave(): void } {
  const socket = connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    localAddress: ATTACKER,
  });
  socket.write(
    `POST /models/rows/predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(sent));
  socket.on('error', () => {});
  const answered = new Promise<string>((resolve) => {
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.once('close', () => resolve(answer));
  });
  return { answered, leave: () => socket.destroy() };
}
