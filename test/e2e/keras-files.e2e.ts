import { projectFile, TestServer } from './server.js';

const FIXTURES = 'test/fixtures/keras';

/** Each begins with the folder of its fixture. */
const SERVED = [
  'keras3',
  'keras3_h5',
  'keras2',
  'keras2_h5',
  'keras222',
  'tensorflow211',
  'keras3_zip_as_h5',
];

interface Values {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The same numbers as nested arrays. */
function nested({ shape, values }: Values): unknown {
  const [size = 0, ...inner] = shape;
  if (inner.length === 0) return values;
  const width = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    nested({ shape: inner, values: values.slice(index * width, (index + 1) * width) }),
  );
}

describe.each(['tensorflow', 'wasm'])('a Keras file, with ENGINE=%s', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    const file = (path: string): Promise<Buffer> => projectFile(`${FIXTURES}/${path}`);
    const keras = await file('keras3/sequential/model.keras');
    server = await TestServer.start({
      models: {
        keras3: { '1/model.keras': keras },
        keras3_h5: { '1/model.h5': await file('keras3/sequential/model.h5') },
        keras2: { '1/model.keras': await file('keras2/sequential/model.keras') },
        keras2_h5: { '1/model.h5': await file('keras2/sequential/model.h5') },
        keras222: { '1/model.h5': await file('keras222/sequential/model.h5') },
        tensorflow211: { '1/model.keras': await file('tensorflow211/sequential/model.keras') },
        keras3_zip_as_h5: { '1/model.h5': keras },
        cut: { '1/model.keras': keras.subarray(0, keras.length / 2) },
      },
      yaml: Object.fromEntries(SERVED.map((name) => [name, 'labels: none'])),
      env: { ENGINE: engine },
    });
  });
  afterAll(() => server.stop());

  it.each(SERVED)('is served as it is, and answers what Keras answers: %s', async (name) => {
    const [keras] = name.split('_');
    const expected = JSON.parse(
      String(await projectFile(`${FIXTURES}/${keras}/sequential/expected.json`)),
    ) as {
      inputs: Record<string, Values>;
      outputs: Record<string, Values>;
    };
    const [[input, values]] = Object.entries(expected.inputs) as [[string, Values]];
    const response = await server.postJson(`/models/${name}/predict`, {
      input: { [input]: nested(values) },
    });
    const { predictions } = (await response.json()) as { predictions: number[][] };
    const [output] = Object.values(expected.outputs);
    expect(predictions.flat()).toHaveLength(output!.values.length);
    predictions.flat().forEach((value, index) => expect(value).toBeCloseTo(output!.values[index]!, 4));
  });

  it('classifies pictures like any other model', async () => {
    const response = await server.postForm(
      '/models/keras3/predict',
      await projectFile('test/fixtures/images/red.png'),
    );
    const answer = (await response.json()) as { top: { score: number }[] };
    expect([response.status, answer.top.length]).toEqual([200, expect.any(Number)]);
  });

  it.each([['cut', /^model\.keras [^\n]+\.$/]])(
    'that is none is refused in one sentence, and the others are served: %s',
    async (name, sentence) => {
      const model = (await (await server.fetch(`/models/${name}`)).json()) as {
        state: string;
        error: string;
      };
      expect(model.state).toBe('END');
      expect(model.error).toMatch(sentence);
    },
  );
});
