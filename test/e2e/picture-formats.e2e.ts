import { sharp } from '../../src/images/sharp.js';
import { projectFile, TestServer } from './server.js';

/** The model answers what it was given; all of these pictures are red. */
const RED = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [255, 0, 0]));
const models = { echo: 'echo_uint8' };
const ACCEPTED = 'JPEG, PNG, WebP, GIF and BMP';

function picture(name: string): Promise<Uint8Array> {
  return projectFile(`test/fixtures/images/${name}`);
}

describe('formats of pictures', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ models });
  });
  afterAll(() => server.stop());

  it.each([
    ['still.gif', 'image/gif'],
    ['animated.gif', 'image/gif'],
    ['still.bmp', 'image/bmp'],
  ])('are told by content, and %s is taken wherever a picture is', async (name, type) => {
    const bytes = await picture(name);
    const base64 = Buffer.from(bytes).toString('base64');
    const answers = [
      server.postForm('/models/echo/predict', bytes),
      server.postRaw('/models/echo/predict', bytes, type),
      server.postRaw('/models/echo/predict', bytes, 'image/png'),
      server.postJson('/models/echo/predict', { image: base64 }),
      server.postJson('/models/echo/predict', { image: `data:${type};base64,${base64}` }),
    ];
    for (const answer of answers) expect(await (await answer).json()).toMatchObject({ prediction: RED });
    const served = await server.postJson('/v1/models/echo:predict', { instances: [{ b64: base64 }] });
    expect(await served.json()).toEqual({ predictions: [RED] });
  });

  it('that are known but not accepted are refused with the setting that would accept them', async () => {
    const response = await server.postForm('/models/echo/predict', await picture('still.tiff'));
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      detail: `The picture is TIFF; accepted are ${ACCEPTED}. Who runs this server may add TIFF by its setting IMAGE_FORMATS.`,
    });
  });

  it('that a phone has are named with what to do', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const response = await server.postForm('/models/echo/predict', heic);
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(/HEIC.*Most Compatible/) });
  });

  it.each(['still.gif', 'still.bmp'])('that are damaged are refused with 400: %s', async (name) => {
    const bytes = await picture(name);
    const response = await server.postForm('/models/echo/predict', bytes.subarray(0, bytes.length - 60));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });
});

describe('IMAGE_FORMATS', () => {
  it('takes formats away, of all protocols', async () => {
    const server = await TestServer.start({ models, env: { IMAGE_FORMATS: 'png,BMP' } });
    for (const [name, status] of [
      ['red.png', 200],
      ['still.bmp', 200],
      ['red.jpg', 415],
      ['still.gif', 415],
    ] as const) {
      const bytes = await picture(name);
      expect((await server.postForm('/models/echo/predict', bytes)).status).toBe(status);
      const b64 = Buffer.from(bytes).toString('base64');
      const served = await server.postJson('/v1/models/echo:predict', { instances: [{ b64 }] });
      expect(served.status).toBe(status);
    }
    await server.stop();
  });

  it('adds formats', async () => {
    const server = await TestServer.start({ models, env: { IMAGE_FORMATS: 'tiff,avif' } });
    const avif = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#f00' } })
      .avif({ lossless: true })
      .toBuffer();
    const answer = await server.postForm('/models/echo/predict', await picture('still.tiff'));
    expect(await answer.json()).toMatchObject({ prediction: RED });
    expect((await server.postForm('/models/echo/predict', avif)).status).toBe(200);
    const cut = await server.postForm('/models/echo/predict', avif.subarray(0, avif.length - 20));
    expect(cut.status).toBe(400);
    await server.stop();
  });

  it('with a name that is none keeps the server from starting', async () => {
    const server = await TestServer.spawn({ models, env: { IMAGE_FORMATS: 'JPEG, HEIC' } });
    expect((await server.exited).code).toBe(1);
    expect(server.lines.join('\n')).toMatch(
      'Expected some of JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, separated by commas, for IMAGE_FORMATS but received "JPEG, HEIC".',
    );
  });
});
