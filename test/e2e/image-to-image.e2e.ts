import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { projectFile, TestServer } from './server.js';

const FIXTURES = 'test/fixtures/image-to-image';

describe('an image-to-image model', () => {
  let server: TestServer;
  let pairs: { input: Buffer; output: Buffer }[];

  beforeAll(async () => {
    const files = await readdir(resolve(import.meta.dirname, '../..', FIXTURES));
    const names = files.filter((file) => file.endsWith('.in.png'));
    pairs = await Promise.all(
      names.map(async (name) => ({
        input: await projectFile(join(FIXTURES, name)),
        output: await projectFile(join(FIXTURES, name.replace('.in.', '.out.'))),
      })),
    );
    server = await TestServer.start({
      models: { denoise: 'models/denoise', blocky: 'blocky' },
      env: { DEFAULT_MODEL: 'denoise' },
    });
  });
  afterAll(() => server.stop());

  const picture = (bytes: Uint8Array, path = '/predict'): Promise<Response> =>
    server.postRaw(path, bytes, 'image/png', { Accept: 'image/png' });

  it('answers the picture itself, to the byte what TensorFlow computes in Python', async () => {
    expect(pairs.length).toBeGreaterThanOrEqual(2);
    for (const { input, output } of pairs) {
      const response = await picture(input);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), output)).toBe(0);
    }
  });

  it('names model and stage timings in headers, since a picture has no room for them', async () => {
    const { headers } = await picture(pairs[0]!.input);
    expect(headers.get('x-model')).toBe('denoise/1');
    expect(headers.get('server-timing')).toMatch(
      /^decode;dur=[\d.]+, preprocess;dur=0\.000, queue;dur=[\d.]+, inference;dur=[\d.]+, answer;dur=[\d.]+, total;dur=[\d.]+$/,
    );
  });

  it('takes and answers base64', async () => {
    const { input, output } = pairs[0]!;
    const response = await server.postJson('/predict', { image: input.toString('base64') });
    expect(await response.json()).toMatchObject({
      model: 'denoise',
      version: 1,
      image: output.toString('base64'),
      contentType: 'image/png',
    });
  });

  it('takes several in one request, each with its answer or its error', async () => {
    const images = [...pairs.map(({ input }) => input.toString('base64')), 'AAAA'];
    const response = await server.postJson('/predict', { images });
    const { results } = (await response.json()) as {
      results: { image?: string; error?: { code: string } }[];
    };
    expect(results.map(({ image }) => image)).toEqual([
      ...pairs.map(({ output }) => output.toString('base64')),
      undefined,
    ]);
    expect(results.at(-1)!.error!.code).toBe('IMAGE_UNSUPPORTED');
  });

  it('takes a JPEG too, as the PNG of the same pixels', async () => {
    const jpeg = await projectFile('samples/star.jpg');
    const png = await sharp(jpeg, { ignoreIcc: true }).png().toBuffer();
    const [fromJpeg, fromPng] = await Promise.all([picture(jpeg), picture(png)]);
    expect(
      Buffer.compare(Buffer.from(await fromJpeg.arrayBuffer()), Buffer.from(await fromPng.arrayBuffer())),
    ).toBe(0);
  });

  it('is served whether its signature has a batch dimension or not', async () => {
    const red = await projectFile('test/fixtures/images/red.png');
    const answers = await Promise.all([1, 2, 3].map(() => picture(red, '/models/blocky/predict')));
    for (const answer of answers) {
      const { data } = await sharp(Buffer.from(await answer.arrayBuffer()))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([...data.subarray(0, 3)]).toEqual([0, 255, 255]); // Red, inverted.
    }
  });

  it('refuses a picture larger than model.yaml allows with 413', async () => {
    const create = { width: 2001, height: 2000, channels: 3, background: '#808080' } as const;
    const response = await picture(await sharp({ create }).png().toBuffer());
    expect(await response.json()).toMatchObject({ status: 413, code: 'IMAGE_TOO_LARGE' });
  });

  it('refuses a broken picture with 400, and goes on', async () => {
    const { input, output } = pairs[0]!;
    const broken = await picture(input.subarray(0, input.length / 2));
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: 'IMAGE_UNREADABLE' });
    expect(Buffer.compare(Buffer.from(await (await picture(input)).arrayBuffer()), output)).toBe(0);
  });
});
