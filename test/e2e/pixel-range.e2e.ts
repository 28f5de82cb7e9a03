import { projectFile, TestServer } from './server.js';

const FIXTURES = 'test/fixtures/scaling';
const WARN = 40;
const LABELS = ['one', 'two', 'three'];

interface Expected {
  readonly takes: 'raw' | 'unit' | null;
  readonly scores: readonly number[];
  /** What was exported draws random numbers. */
  readonly random?: boolean;
}

const EXPECTED = JSON.parse(String(await projectFile(`${FIXTURES}/expected.json`))) as Record<
  string,
  Expected
>;
/** By what follows the fixture's name. */
const YAML: Readonly<Record<string, string>> = {
  auto: 'preprocessing: auto',
  exported: 'optimise: off\npreprocessing: { scale: auto }',
  twice: 'preprocessing: { scale: tf }',
};
/** What `tf.saved_model.save` writes of Keras 3 is not among those as exported: TensorFlow leaves it without values. */
const TOLD = [
  'rescaling:auto',
  'normalization_keras:auto',
  'hub:auto',
  'rescaling:exported',
  'caffe:exported',
];
const REFUSED = ['nothing:auto', 'batch_norm:auto'];

/** The name of a model here and the fixture that it is. */
const nameOf = (model: string): string => model.replace(':', '_');
const fixtureOf = (model: string): string => model.split(':')[0]!;

describe.each(['tensorflow', 'wasm'])('what a model takes for pixels, with ENGINE=%s', (engine) => {
  // WebAssembly has no float16, and draws nothing.
  const served = Object.keys(EXPECTED).filter(
    (name) => engine === 'tensorflow' || !(name.endsWith('_half') || EXPECTED[name]!.random),
  );
  const plain = served.filter((name) => !EXPECTED[name]!.random);
  let server: TestServer;

  beforeAll(async () => {
    const said = [...TOLD, ...REFUSED, 'rescaling:twice'];
    const all = [...new Set([...served, 'augmented']), ...said];
    server = await TestServer.start({
      models: Object.fromEntries(all.map((model) => [nameOf(model), `${FIXTURES}/${fixtureOf(model)}`])),
      labels: Object.fromEntries(all.map((model) => [`${nameOf(model)}.json`, JSON.stringify(LABELS)])),
      yaml: Object.fromEntries(said.map((model) => [nameOf(model), YAML[model.split(':')[1]!]!])),
      env: { ENGINE: engine, TENSORNEST_CACHE_DIR: 'cache', RATE_LIMIT: '1000000' },
      untilReady: false,
    });
    const settled = async (): Promise<boolean> => {
      const { models } = (await (await server.fetch('/models')).json()) as { models: { state: string }[] };
      return models.length > 0 && models.every(({ state }) => state === 'AVAILABLE' || state === 'END');
    };
    await server.until(settled, 'it has tried all models', 120_000);
  }, 150_000);
  afterAll(() => server.stop());

  async function answersAsKeras(model: string, { scores }: Expected): Promise<void> {
    const response = await server.postForm(
      `/models/${model}/predict`,
      await projectFile(`${FIXTURES}/picture.png`),
    );
    const { top } = (await response.json()) as { top: { label: string; score: number }[] };
    expect([model, response.status, top?.[0]?.label]).toEqual([
      model,
      200,
      LABELS[scores.indexOf(Math.max(...scores))],
    ]);
    for (const { label, score } of top) expect(score).toBeCloseTo(scores[LABELS.indexOf(label)]!, 3);
  }

  it.each(plain)('is followed where there is no model.yaml: %s', (name) =>
    answersAsKeras(name, EXPECTED[name]!),
  );

  it.each(TOLD)('is followed with preprocessing: auto, also as it was exported: %s', (model) =>
    answersAsKeras(nameOf(model), EXPECTED[fixtureOf(model)]!),
  );

  it.each(REFUSED)(
    'is not guessed for preprocessing: auto where the head tells nothing: %s',
    async (model) => {
      const { state, error } = await server.model(nameOf(model));
      expect([state, error]).toEqual([
        'END',
        'Expected a Rescaling or Normalization layer at the head of the model for preprocessing: auto but found none: say preprocessing.scale, or the name of a preset.',
      ]);
    },
  );

  const shown = async (name: string) => {
    const { signatures, preprocessing } = (await server.model(name)) as unknown as {
      signatures: Record<string, { inputs: { takes?: string }[] }>;
      preprocessing: { scale: string };
    };
    return [Object.values(signatures)[0]!.inputs[0]!.takes, preprocessing.scale];
  };

  it.each(served)('is read of the graph: %s', async (name) => {
    const { takes } = EXPECTED[name]!;
    expect(await shown(name)).toEqual([takes ?? undefined, takes ?? 'unit']);
  });

  it('is a guess where the graph tells nothing, and said to be one', async () => {
    const guess = expect.stringMatching(/^scale: unit is a guess: .* model\.yaml /);
    for (const name of served) {
      const { notes = [] } = (await server.model(name)) as { notes?: string[] };
      const told = server
        .log()
        .filter(({ msg }) => String(msg).startsWith(`${name}: scale: unit is a guess`));
      const isGuess = EXPECTED[name]!.takes === null;
      expect([name, notes.filter((note) => note.startsWith('scale:'))]).toEqual([
        name,
        isGuess ? [guess] : [],
      ]);
      expect([name, told.map(({ level }) => level)]).toEqual([name, isGuess ? [WARN] : []]);
    }
  });

  it('is told of a model that was exported in training mode, with what to do', async () => {
    const {
      state,
      error,
      notes = [],
    } = (await server.model('augmented')) as {
      state?: string;
      error?: string;
      notes?: string[];
    };
    const told = 'it runs as in training: it draws random numbers (StatelessRandomUniformV2)';
    if (engine === 'wasm') {
      expect([state, error]).toEqual([
        'END',
        expect.stringMatching(/It runs as in training: .* training=False/),
      ]);
      return;
    }
    expect(notes).toEqual([expect.stringContaining(told), expect.stringMatching(/^It has a state/)]);
    const warnings = server.log().filter(({ msg }) => String(msg).startsWith(`augmented: ${told}`));
    expect(warnings.map(({ level }) => level)).toEqual([WARN]);
  });

  it('is shown, with the scale that follows from it', async () => {
    expect(await shown('rescaling')).toEqual(['raw', 'raw']);
    expect(await shown('hub')).toEqual(['unit', 'unit']);
    expect(await shown('nothing')).toEqual([undefined, 'unit']);
    expect(await shown('rescaling_twice')).toEqual(['raw', 'tf']);
  });

  it('yields to a scale in model.yaml, with one warning', async () => {
    expect(await server.model('rescaling_twice')).toMatchObject({
      notes: ['its graph scales raw pixels itself, but model.yaml says scale: tf; pixels are scaled twice.'],
    });
    expect(await server.model('rescaling')).not.toHaveProperty('notes');
    const warnings = server.log().filter(({ msg }) => String(msg).includes('scaled twice'));
    expect(warnings.map(({ msg }) => msg)).toEqual([
      'rescaling_twice: its graph scales raw pixels itself, but model.yaml says scale: tf; pixels are scaled twice.',
    ]);
  });
});
