import { connect } from 'node:net';
import { mutate, seeded } from '../../src/saved-model/mutate.fixture.js';
import { projectFile, TestServer } from './server.js';

/** `FUZZ_SEED=7 npm test -- test/e2e/drawn-requests` draws others; each failure has the seed and the number of its request. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const TIMES = 200;
const AT_ONCE = 16;
/** Of a request that waits for more: a client that ends its side is taken for one that left. */
const PATIENCE_MS = 700;

describe(`requests that are wrong in drawn ways (FUZZ_SEED=${SEED})`, () => {
  let server: TestServer;
  let star: Buffer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: {
        ENGINE: 'wasm',
        RATE_LIMIT: '1000000',
        FAILED_KEY_LIMIT: '1000000',
        BODY_TIMEOUT_MS: '300',
        MAX_BODY_BYTES: '4000000',
      },
    });
    star = await projectFile('samples/tiny-star.png');
  });
  afterAll(() => server.stop());

  /** Sends bytes as they are, and nothing more. @returns the statuses of the answers; none where the connection was closed without one */
  const send = (bytes: Buffer): Promise<number[]> =>
    new Promise((settle, fail) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      let answer = '';
      const limit = setTimeout(() => fail(new Error('It was neither answered nor closed.')), 20_000);
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', () => {}); // A connection may be closed while the rest is sent.
      const patience = setTimeout(() => socket.end(), PATIENCE_MS);
      socket.on('close', () => {
        clearTimeout(patience);
        clearTimeout(limit);
        settle([...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)));
      });
      socket.write(bytes);
    });

  const request = (path: string, type: string, body: Buffer, more = ''): Buffer =>
    Buffer.concat([
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${server.key}\r\nContent-Type: ${type}\r\n${more}` +
          `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
      ),
      body,
    ]);
  const form = (): Buffer =>
    Buffer.concat([
      Buffer.from(
        '--edge\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
      ),
      star,
      Buffer.from(
        '\r\n--edge\r\nContent-Disposition: form-data; name="inputs"\r\n\r\n{"age": [1, {"b": "c"}]}\r\n--edge--\r\n',
      ),
    ]);
  const json = (): Buffer =>
    Buffer.from(
      JSON.stringify({ images: [star.toString('base64')], topK: 3, input: [[1.5, -2e3], { a: null }] }),
    );
  const rows = (): Buffer =>
    Buffer.from(
      JSON.stringify({
        signature_name: 'serving_default',
        instances: [{ b64: star.toString('base64') }, 1.5],
      }),
    );
  const wrong = (bytes: Buffer, random: () => number): Buffer => mutate(bytes, random, star);

  it.each<[string, number, (random: () => number) => Buffer]>([
    ['pictures', 1, (random) => request('/predict', 'image/png', wrong(star, random))],
    ['JSON', 2, (random) => request('/predict', 'application/json', wrong(json(), random))],
    [
      'JSON of /v1',
      3,
      (random) => request('/v1/models/shapes:predict', 'application/json', wrong(rows(), random)),
    ],
    [
      'forms',
      4,
      (random) => request('/predict', 'multipart/form-data; boundary=edge', wrong(form(), random)),
    ],
    ['whole requests', 5, (random) => wrong(request('/predict', 'image/png', star), random)],
    [
      'heads',
      6,
      (random) => {
        const whole = request('/models/shapes/predict?topK=2', 'image/png', star, 'Expect: 100-continue\r\n');
        const end = whole.indexOf('\r\n\r\n');
        return Buffer.concat([wrong(whole.subarray(0, end), random), whole.subarray(end)]);
      },
    ],
  ])('are answered or refused, and never the fault of the server: %s', async (_, kind, draw) => {
    const random = seeded(SEED * 1000 + kind);
    const drawn = Array.from({ length: TIMES }, () => draw(random));
    let answered = 0;
    const work = async (first: number): Promise<void> => {
      for (let index = first; index < TIMES; index += AT_ONCE) {
        const statuses = await send(drawn[index]!);
        answered += Math.min(statuses.length, 1);
        const faults = statuses.filter((status) => status >= 500);
        expect({ seed: SEED, index, faults }).toEqual({ seed: SEED, index, faults: [] });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (__, first) => work(first)));
    expect(answered).toBeGreaterThan(TIMES / 4);
    const polite = await server.postRaw('/predict', star, 'image/png');
    expect(await polite.json()).toMatchObject({ prediction: 'star' });
  });
});
