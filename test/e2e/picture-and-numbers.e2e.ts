import { sharp } from '../../src/images/sharp.js';
import { TestServer } from './server.js';

const LABELS = '["red", "green", "blue"]';
const SCORES = { red: 0, green: 1, blue: 2 };

/** A picture of one colour, as PNG. */
function coloured(background: string, size = 8): Promise<Buffer> {
  return sharp({ create: { width: size, height: size, channels: 3, background } })
    .png()
    .toBuffer();
}

interface Entry {
  readonly prediction?: string;
  readonly top?: readonly { readonly index: number; readonly score: number }[];
  readonly error?: object;
}
interface Answer extends Entry {
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly predictions?: readonly unknown[];
  readonly results?: readonly Entry[];
}

describe('a model that takes a picture and numbers', () => {
  let server: TestServer;
  let red: Buffer;
  let green: Buffer;
  let b64: string;

  beforeAll(async () => {
    red = await coloured('#ff0000', 13);
    green = await coloured('#00ff00');
    b64 = red.toString('base64');
    server = await TestServer.start({
      models: { ages: 'colours_and_age', regression: 'colours_and_age', brighter: 'blocky_beside' },
      labels: { 'ages.json': LABELS },
      yaml: {
        ages: 'preprocessing: { scale: unit, resize: stretch }\n',
        brighter: 'task: image-to-image\ninput: image\n',
        regression: 'input: image\npreprocessing: { scale: unit, resize: stretch }\n',
      },
    });
  });
  afterAll(() => server.stop());

  const json = async (body: unknown, path = '/models/ages/predict'): Promise<Answer> =>
    (await (await server.postJson(path, body)).json()) as Answer;
  const form = async (
    parts: readonly (readonly [string, string | Blob])[],
    path = '/models/ages/predict',
  ): Promise<Answer> => {
    const body = new FormData();
    for (const [name, value] of parts) {
      if (typeof value === 'string') body.append(name, value);
      else body.append(name, value, 'a.png');
    }
    return (await (await server.fetch(path, { method: 'POST', body })).json()) as Answer;
  };
  /** The scores in the order of their indexes. */
  const scores = ({ top = [] }: Entry): number[] =>
    [0, 1, 2].map((index) => top.find((entry) => entry.index === index)!.score);

  it('is served as a classification where it has labels, and says what it takes beside the picture', async () => {
    expect(await server.model('ages')).toMatchObject({
      task: 'classification',
      input: 'image',
      inputsBeside: ['age'],
    });
    expect(await server.model('regression')).toMatchObject({ task: 'tensor', input: 'image' });
  });

  it.each<[string, () => Promise<Answer>]>([
    [
      'as a form with a file and the field inputs',
      () =>
        form([
          ['image', new Blob([red])],
          ['inputs', '{"age": 25}'],
        ]),
    ],
    [
      'as a form whose inputs come as a file',
      () =>
        form([
          ['inputs', new Blob(['{"age": [[25]]}'], { type: 'application/json' })],
          ['image', new Blob([red])],
        ]),
    ],
    ['as inputs by name', () => json({ inputs: { image: { b64 }, age: 25 } })],
    ['as input by name', () => json({ input: { age: [25], image: { b64 } } })],
    ['with the picture as plain base64', () => json({ inputs: { image: b64, age: [[25]] } })],
    ['with the picture as image and the others as inputs', () => json({ image: b64, inputs: { age: 25 } })],
  ])('answers one picture %s', async (_, send) => {
    const answer = await send();
    expect(answer).toMatchObject({ model: 'ages', prediction: 'red' });
    expect(scores(answer)[SCORES.red]).toBeCloseTo(0.75, 6);
    expect(scores(answer)[SCORES.blue]).toBeCloseTo(0.25, 6);
  });

  it.each<[string, () => Promise<Answer>]>([
    [
      'as a form',
      () =>
        form([
          ['image', new Blob([red])],
          ['image', new Blob([green])],
          ['inputs', '{"age": [100, 25]}'],
        ]),
    ],
    [
      'as inputs by name',
      () => json({ inputs: { image: [{ b64 }, { b64: green.toString('base64') }], age: [[100], [25]] } }),
    ],
    [
      'as instances',
      () =>
        json({
          instances: [
            { image: { b64 }, age: 100 },
            { image: { b64: green.toString('base64') }, age: [25] },
          ].map(({ image, age }) => ({ image, age: [age].flat() })),
        }),
    ],
    [
      'as images and inputs',
      () => json({ images: [b64, green.toString('base64')], inputs: { age: [100, 25] } }),
    ],
  ])('answers several pictures, each with its own row, %s', async (_, send) => {
    const { predictions, results } = await send();
    expect(predictions).toEqual(['blue', 'green']);
    expect(scores(results![0]!)).toEqual([0, 0, 1]);
    expect(scores(results![1]!)[SCORES.green]).toBeCloseTo(0.75, 6);
  });

  it('answers the others where one of several pictures cannot be read', async () => {
    const answer = await json({ images: ['AAAA', b64], inputs: { age: [1, 2] } });
    expect(answer.predictions).toEqual([null, 'red']);
    expect(answer.results![0]!.error).toMatchObject({ code: 'IMAGE_UNSUPPORTED' });
  });

  it('answers numbers where it has no labels, and pixels as numbers too', async () => {
    const path = '/models/regression/predict';
    const answer = await json({ inputs: { image: { b64 }, age: 50 } }, path);
    expect((answer as { prediction?: unknown }).prediction).toEqual([0.5, 0, 0.5]);
    const pixels = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => [1, 0, 0]));
    expect(await json({ inputs: { image: [pixels], age: [50] } }, path)).toMatchObject({
      predictions: [[0.5, 0, 0.5]],
    });
  });

  it('gives an image-to-image model its other inputs too', async () => {
    const grey = await coloured('#0a0a0a');
    const path = '/models/brighter/predict';
    const answer = (await form(
      [
        ['image', new Blob([grey])],
        ['inputs', '{"amount": 5}'],
      ],
      path,
    )) as { image?: string };
    const bytes = Buffer.from(answer.image!, 'base64');
    expect((await sharp(bytes).raw().toBuffer()).every((sample) => sample === 15)).toBe(true);
    const picture = grey.toString('base64');
    const named = await json({ image: picture, inputs: { amount: 5 } }, path);
    expect(named).toMatchObject({ image: answer.image });
    const bytes64 = await json({ inputs: { image: { b64: picture }, amount: 5 } }, path);
    expect(bytes64).toMatchObject({ prediction: { b64: answer.image } });
  });

  it.each<[string, () => Promise<Answer>, number, string, RegExp]>([
    [
      'nothing beside the picture',
      () => form([['image', new Blob([red])]]),
      422,
      'INPUT_INVALID',
      /takes "age" \(float32 \[\?, 1\]\) beside the picture, "image", .* does not have "age"\.$/,
    ],
    [
      'another name',
      () => json({ image: b64, inputs: { Age: 3 } }),
      422,
      'INPUT_INVALID',
      /does not have "age", and has "Age", which is no input of it\.$/,
    ],
    [
      'the picture twice',
      () => json({ image: b64, inputs: { age: 3, image: { b64 } } }),
      422,
      'INPUT_INVALID',
      /has the picture's input "image" once more\.$/,
    ],
    [
      'no picture among the inputs',
      () => json({ inputs: { age: 3 } }),
      422,
      'INPUT_INVALID',
      /received none named "image"\.$/,
    ],
    [
      'too few rows',
      () => json({ images: [b64, b64], inputs: { age: 3 } }),
      422,
      'INPUT_INVALID',
      /^Expected 2 rows, one for each picture, of float32 \[\?, 1\] for the input "age" but received 1\.$/,
    ],
    [
      'too many rows',
      () => json({ image: b64, inputs: { age: [3, 4] } }),
      422,
      'INPUT_INVALID',
      /^Expected one row, for the one picture, of float32 \[\?, 1\] for the input "age" but received 2\.$/,
    ],
    [
      'a text for a number',
      () => json({ image: b64, inputs: { age: 'old' } }),
      422,
      'INPUT_INVALID',
      /for the input "age" but received "old", which is not a number/,
    ],
    [
      'inputs that are no JSON',
      () =>
        form([
          ['image', new Blob([red])],
          ['inputs', 'age=3'],
        ]),
      400,
      'BODY_UNREADABLE',
      /^The field "inputs" is not valid JSON\.$/,
    ],
    [
      'inputs that are no object',
      () => json({ image: b64, inputs: [3] }),
      422,
      'FIELD_INVALID',
      /"inputs" must be an object/i,
    ],
    [
      'inputs but no picture in a form',
      () => form([['inputs', '{"age": 3}']]),
      400,
      'IMAGE_MISSING',
      /the form has "inputs"\./,
    ],
  ])('refuses %s with a sentence', async (_, send, status, code, detail) => {
    const answer = await send();
    expect(answer).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
  });

  describe('by /v1', () => {
    const v1 = async (body: unknown): Promise<{ status: number; json: Record<string, unknown> }> => {
      const response = await server.postJson('/v1/models/ages:predict', body);
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };

    it('takes the picture as {"b64"} among named inputs, row by row or column by column', async () => {
      const two = [{ b64 }, { b64: green.toString('base64') }];
      expect((await v1({ instances: two.map((image) => ({ image, age: [50] })) })).json).toEqual({
        predictions: [
          [0.5, 0, 0.5],
          [0, 0.5, 0.5],
        ],
      });
      expect((await v1({ instances: [{ image: { b64 }, age: 50 }] })).json).toEqual({
        predictions: [[0.5, 0, 0.5]],
      });
      expect((await v1({ inputs: { image: two, age: [[0], [100]] } })).json).toEqual({
        outputs: [
          [1, 0, 0],
          [0, 0, 1],
        ],
      });
      expect((await v1({ inputs: { image: { b64 }, age: 50 } })).json).toEqual({ outputs: [[0.5, 0, 0.5]] });
    });

    it('refuses rows that do not agree, and an input that is missing', async () => {
      expect(await v1({ inputs: { image: [{ b64 }], age: [[0], [1]] } })).toEqual({
        status: 400,
        json: {
          error:
            'Expected one row, for the one picture, of float32 [?, 1] for the input "age" but received 2.',
        },
      });
      expect(await v1({ inputs: { image: [{ b64 }] } })).toMatchObject({
        status: 400,
        json: { error: expect.stringMatching(/Missing named input: age/) },
      });
    });
  });

  it.each<[string, readonly (readonly [string, string | Blob])[], RegExp]>([
    ['a file of another name', [['photo', new Blob(['x'])]], /: the form has "photo"\. Send/],
    [
      'files and texts of other names',
      [
        ['file', new Blob(['x'])],
        ['topK', '3'],
      ],
      /: the form has "file", "topK"\. Send/,
    ],
    [
      'the picture as a text',
      [['image', 'abc']],
      /: the form has "image", as a text; a file needs a file name\./,
    ],
    ['nothing at all', [], /: the form is empty\. Send/],
  ])('tells of a form without a picture what came: %s', async (_, parts, detail) => {
    expect(await form(parts)).toMatchObject({
      status: 400,
      code: 'IMAGE_MISSING',
      detail: expect.stringMatching(detail),
    });
  });
});

describe('an input without a batch dimension beside pictures', () => {
  const model = {
    '1/fake.json': JSON.stringify({
      signatures: {
        serving_default: {
          inputs: [
            { name: 'weights', dtype: 'float32', shape: [3] },
            { name: 'image', dtype: 'float32', shape: [null, 8, 8, 3] },
          ],
          outputs: [{ name: 'y', dtype: 'float32', shape: [3] }],
        },
      },
    }),
  };
  let server: TestServer;
  afterEach(() => server.stop());

  it('goes with each picture of a request whole', async () => {
    server = await TestServer.start({
      models: { weighted: model },
      yaml: { weighted: 'task: tensor\ninput: image\npreprocessing: { scale: unit, resize: stretch }\n' },
      env: { ENGINE: 'fake' },
    });
    const picture = (await coloured('#102030')).toString('base64');
    const body = { images: Array.from({ length: 4 }, () => picture), inputs: { weights: [1, 2, 4] } };
    const answer = (await (await server.postJson('/predict', body)).json()) as Answer;
    expect(answer.predictions).toEqual(body.images.map(() => [1, 2, 4]));
  });
});
