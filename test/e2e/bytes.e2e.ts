import { blackPng, manyScansJpeg } from '../../src/preprocessing/hostile-pictures.fixture.js';
import { projectFile, TestServer } from './server.js';

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

describe('a model that decodes pictures itself', () => {
  let server: TestServer;
  let png: string;

  beforeAll(async () => {
    png = (await projectFile('test/fixtures/images/red.png')).toString('base64');
    server = await TestServer.start({
      models: { decodes: 'decodes', blocky: 'blocky', string: 'identity_string' },
      yaml: { decodes: 'maxPixels: 100000\n' },
    });
  });
  afterAll(() => server.stop());

  const post = async (path: string, body: unknown): Promise<Answer> => {
    const response = await server.postJson(path, body);
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const predict = (body: unknown, query = ''): Promise<Answer> =>
    post(`/models/decodes/predict${query}`, body);

  it('takes bytes as {"b64": …}, alone, in a list, by name and as instances', async () => {
    const red = [255, 0, 0];
    expect((await predict({ input: { b64: png } })).json).toMatchObject({ prediction: red });
    expect((await predict({ input: [{ b64: png }] })).json).toMatchObject({ predictions: [red] });
    expect((await predict({ inputs: { image: { b64: png } } })).json).toMatchObject({ prediction: red });
    expect((await predict({ instances: [{ b64: png }, { b64: png }] })).json).toMatchObject({
      predictions: [red, red],
    });
    expect((await predict({ instances: [{ image: { b64: png } }] })).json).toMatchObject({
      predictions: [red],
    });
    expect((await predict({ input: { b64: png } }, '?signature=one')).json).toMatchObject({
      predictions: red,
    });
  });

  it('takes back the bytes that it answers', async () => {
    const bytes = { b64: Buffer.from([0xff, 0xd8, 0]).toString('base64') };
    expect((await post('/models/string/predict', { input: [bytes, 'text'] })).json).toMatchObject({
      predictions: [bytes, 'text'],
    });
  });

  it('says what is wrong with base64', async () => {
    expect(await predict({ input: [{ b64: '*' }] })).toMatchObject({
      status: 422,
      json: { detail: expect.stringMatching(/received \{"b64":"\*"\}, which is not a text, or bytes as/) },
    });
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['what is no picture', Buffer.from('no picture').toString('base64'), /Unknown image file format\./],
    ['a PNG that is cut off', 'iVBORw0KGgoAAAANSUhEUgAAADA=', /Invalid PNG/],
    ['a JPEG that is cut off', '/9j/4AAQSkZJRg==', /Invalid JPEG data/],
  ];

  it.each(broken)(
    'gives the reason why %s cannot be decoded, and no place in the graph',
    async (_, b64, why) => {
      for (const query of ['', '?signature=one']) {
        const { status, json } = await predict({ input: { b64 } }, query);
        expect({ status, ...json }).toMatchObject({ status: 422, code: 'INPUT_REFUSED' });
        expect(json.detail).toMatch(/^The model failed on this input: /);
        expect(json.detail).toMatch(why);
        expect(json.detail).not.toMatch(/node|\[\[|\{\{|while/);
      }
    },
  );

  it.each(broken)('gives it on /v1 as well: %s', async (_, b64, why) => {
    for (const model of ['decodes', 'blocky']) {
      const { status, json } = await post(`/v1/models/${model}:predict`, { instances: [{ b64 }] });
      expect(status).toBe(400);
      expect(json.error).toMatch(/^The model failed on this input: [^{[]+$/);
      expect(json.error).toMatch(why);
    }
  });

  it('does not let one that is broken spoil others that come at the same time', async () => {
    const answers = await Promise.all([png, 'AAAA', png, png].map((b64) => predict({ input: [{ b64 }] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 200, 200]);
  });

  it('is not given pictures of more pixels than are allowed', async () => {
    const bomb = (await projectFile('test/fixtures/images/bomb.png')).toString('base64');
    expect(await predict({ input: [{ b64: png }, { b64: bomb }] })).toMatchObject({
      status: 413,
      json: { code: 'IMAGE_TOO_LARGE', detail: expect.stringMatching(/^Picture 1 of the input "image"/) },
    });
    expect(
      await post('/v1/models/decodes:predict', { signature_name: 'one', inputs: { b64: bomb } }),
    ).toMatchObject({ status: 413 });
  });

  it('is not given pictures that take long to decode: of a long side, or of thousands of scans', async () => {
    const thin = blackPng(1, 20_000).toString('base64');
    const scans = manyScansJpeg(64, 64, 2647).toString('base64');
    expect(await predict({ input: { b64: thin } })).toMatchObject({
      status: 413,
      json: { detail: expect.stringMatching(/^Picture 0 of the input "image": .*at most 16,384 a side/) },
    });
    expect(await predict({ input: { b64: scans } })).toMatchObject({
      status: 400,
      json: { detail: expect.stringMatching(/^Picture 0 of the input "image": .*more than 100 scans/) },
    });
  });
});
