import { projectFile, TestServer } from './server.js';

const TEACHABLE = 'test/fixtures/keras-teachable-machine';

describe.each(['tensorflow', 'wasm'])('files under other names, with ENGINE=%s', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    const teachable = {
      '1/keras_model.h5': await projectFile(`${TEACHABLE}/keras_model.h5`),
      '1/labels.txt': await projectFile(`${TEACHABLE}/labels.txt`),
    };
    const keras = await projectFile('test/fixtures/keras/keras3/sequential/model.keras');
    const saved = await projectFile('test/fixtures/models/half_plus_two/1/saved_model.pb');
    server = await TestServer.start({
      models: {
        teachable,
        teachable_said: teachable,
        named: teachable,
        foreign: { '1/my_model.keras': keras },
        yml: { '1/my_model.keras': keras, 'model.yml': 'labels: none\ntopK: 2' },
        both_yamls: { '1/model.keras': keras, '1/model.yaml': 'topK: 1', 'model.yml': 'topK: 1' },
        both_models: { '1/model.keras': keras, '1/saved_model.pb': saved },
        two: { '1/best.keras': keras, '1/last.keras': keras },
        deep: { '1/flowers/saved_model.pb': saved },
        tflite: { '1/model_unquant.tflite': 'TFL3', '1/labels.txt': '0 a\n1 b\n' },
      },
      yaml: {
        teachable_said: 'preprocessing: { scale: unit }',
        foreign: 'labels: none',
        both_yamls: 'labels: none',
        both_models: 'labels: none',
      },
      labels: { 'named.json': '["one", "two", "three"]' },
      strays: { 'flowers.keras': keras },
      env: { ENGINE: engine },
    });
  });
  afterAll(() => server.stop());

  const warnings = (): string[] => server.log().map(({ msg }) => String(msg));

  it("serve Teachable Machine's export as it is: its labels, and its scale", async () => {
    const response = await server.postForm(
      '/models/teachable/predict',
      await projectFile(`${TEACHABLE}/picture.png`),
    );
    const { top } = (await response.json()) as { top: { label: string; index: number; score: number }[] };
    const expected = JSON.parse(String(await projectFile(`${TEACHABLE}/expected.json`))) as number[];
    expect(top.map(({ label }) => label).toSorted()).toEqual(['Class 1', 'Class 3', 'Rock, paper']);
    for (const { index, score } of top) expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-4);
  });

  it('tell what is assumed of it, in the log and at GET /models', async () => {
    const assumed = [
      'its labels are those of teachable/1/labels.txt; a file in the labels folder, or labels in model.yaml, would go before it.',
      expect.stringMatching(/^keras_model\.h5 beside labels\.txt is taken for Teachable Machine's export: /),
    ];
    expect(await server.model('teachable')).toMatchObject({
      preprocessing: { scale: 'tf' },
      labels: ['Class 1', 'Rock, paper', 'Class 3'],
      notes: assumed,
    });
    expect(warnings()).toContainEqual(expect.stringMatching(/^teachable: keras_model\.h5 beside labels/));
  });

  it('yield to model.yaml and to a file in the labels folder', async () => {
    expect(await server.model('teachable_said')).toMatchObject({ preprocessing: { scale: 'unit' } });
    expect(await server.model('named')).toMatchObject({ labels: ['one', 'two', 'three'] });
  });

  it('are served where there is one Keras file, and model.yml is read', async () => {
    expect(await server.model('foreign')).toMatchObject({ state: 'AVAILABLE' });
    expect(await server.model('yml')).toMatchObject({ state: 'AVAILABLE', topK: 2 });
  });

  it('are told where they are not used', async () => {
    expect(await server.model('both_yamls')).toMatchObject({
      topK: 5,
      notes: [
        'both_yamls/model.yml is not read: what the model is told lies in both_yamls/model.yaml.',
        'both_yamls/1/model.yaml is not read: what the model is told lies in both_yamls/model.yaml.',
      ],
    });
    expect(await server.model('both_models')).toMatchObject({
      notes: [
        'model.keras is served, and saved_model.pb beside it is not used; take away what is not wanted.',
      ],
    });
  });

  it.each([
    ['two', /^There are 2 Keras files in the version's folder, best\.keras and last\.keras: /],
    ['deep', /^saved_model\.pb lies one folder too deep, in flowers: /],
    ['tflite', /^model_unquant\.tflite is a TensorFlow Lite model, /],
    [
      'flowers.keras',
      /^flowers\.keras lies directly in models: move it to models\/flowers\/1\/flowers\.keras, /,
    ],
  ])('are named with what to do: %s', async (name, fault) => {
    expect(await server.model(name)).toMatchObject({ state: 'END', error: expect.stringMatching(fault) });
    expect(warnings().filter((line) => line.includes(`${name} cannot be used`))).toHaveLength(1);
  });
});
