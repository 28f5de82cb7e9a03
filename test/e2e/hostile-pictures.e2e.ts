import { sharp } from '../../src/images/sharp.js';
import { blackPng, manyScansJpeg } from '../../src/preprocessing/hostile-pictures.fixture.js';
import { processesOf } from './processes.js';
import { projectFile, TestServer } from './server.js';

/** Takes pictures of 8 times 8 pixels, and answers at once. */
const model = {
  '1/fake.json': JSON.stringify({
    signatures: {
      serving_default: {
        inputs: [{ name: 'image', dtype: 'float32', shape: [null, 8, 8, 3] }],
        outputs: [{ name: 'scores', dtype: 'float32', shape: [null, 3] }],
      },
    },
  }),
};

const start = (env: Record<string, string> = {}): Promise<TestServer> =>
  TestServer.start({
    models: { pictures: model },
    yaml: { pictures: 'labels: none' },
    env: { ENGINE: 'fake', RATE_LIMIT: '100000', ...env },
  });

const webp = (width: number, height: number, lossless: boolean): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: 'red' } })
    .webp({ lossless, effort: 0 })
    .toBuffer();

describe('a hostile picture', () => {
  let server: TestServer;
  let star: Buffer;
  const post = (picture: Uint8Array): Promise<Response> => server.postForm('/predict', picture);

  beforeAll(async () => {
    star = await projectFile('samples/star.jpg');
  });
  afterEach(() => server.stop());

  it('of one row or one column is refused by its side, whichever way it comes', async () => {
    server = await start();
    for (const [width, height] of [
      [1, 49_999_999],
      [49_999_999, 1],
      [16_385, 10],
    ] as const) {
      const thin = blackPng(width, height);
      const b64 = thin.toString('base64');
      const detail = `The picture has ${width} × ${height} pixels; at most 16,384 a side are accepted.`;
      const answers = await Promise.all([
        post(thin),
        server.postRaw('/models/pictures/predict', thin, 'image/png'),
        server.postJson('/predict', { image: b64 }),
      ]);
      for (const answer of answers)
        expect(await answer.json()).toMatchObject({ status: 413, code: 'IMAGE_TOO_LARGE', detail });
      const { status } = await server.postJson('/v1/models/pictures:predict', { instances: [{ b64 }] });
      expect(status).toBe(413);
    }
    expect((await post(star)).status).toBe(200);
  });

  it('may have a longer side where MAX_IMAGE_SIDE says so', async () => {
    server = await start({ MAX_IMAGE_SIDE: '20000' });
    expect((await post(blackPng(20_000, 10))).status).toBe(200);
    expect((await post(blackPng(10, 20_001))).status).toBe(413);
  });

  it('of thousands of scans is refused before it is decoded', async () => {
    server = await start();
    const picture = manyScansJpeg(7000, 7000, 2647);
    const answer = await post(picture);
    expect(await answer.json()).toMatchObject({
      status: 400,
      code: 'IMAGE_UNREADABLE',
      detail: expect.stringMatching(/more than 100 scans/),
    });
    expect((await post(star)).status).toBe(200);
  });

  it('keeps no other waiting: those that are quick are answered while many large ones are worked on', async () => {
    server = await start();
    const large = [
      blackPng(4500, 4500, { colour: 6, bits: 16, interlaced: true }),
      manyScansJpeg(5000, 5000, 100),
      await webp(4500, 4500, false),
      await webp(4500, 4500, true),
      blackPng(4500, 4500, { interlaced: true }),
    ];
    const pending = { count: 10 };
    const slow = [...large, ...large].map((picture) => post(picture).finally(() => (pending.count -= 1)));
    const leftAfterEach: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      expect((await post(star)).status).toBe(200);
      leftAfterEach.push(pending.count);
    }
    expect(leftAfterEach[0]).toBeGreaterThan(0);
    for (const { status } of await Promise.all(slow)) expect(status).toBe(200);
    expect((await post(star)).status).toBe(200);
  });

  it('that takes longer than DECODE_TIMEOUT_MS is refused with its process, and the next has another', async () => {
    server = await start({ DECODE_TIMEOUT_MS: '400' });
    const endless = blackPng(6500, 6500, { colour: 6, bits: 16, interlaced: true });
    for (let round = 0; round < 2; round += 1) {
      expect(await (await post(endless)).json()).toMatchObject({
        status: 413,
        code: 'IMAGE_TOO_LARGE',
        detail: expect.stringMatching(/^The picture takes longer than 0.4 s to decode. /),
      });
    }
    expect((await post(star)).status).toBe(200);
    await server.until(
      async () => (await processesOf(server)).pictures.length === 0,
      'the processes of those pictures have ended',
    );
  });
});
