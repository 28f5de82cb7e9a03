import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { TestServer } from './server.js';

const FOLDER = 'test/fixtures/classifiers';
const ALL = readdirSync(resolve(import.meta.dirname, '../..', FOLDER));
const COLOURS = ALL.filter((name) => /^(scores|input|unknown_rank(?!_map)|n_|one_k|k$)/.test(name));
const BINARY = ALL.filter((name) => name.startsWith('binary'));
const GREY = ALL.filter((name) => name.startsWith('grey'));
/** WebAssembly does not hold these, and says so. */
const NATIVE_ONLY = /float|uint32|uint64|scores_int8/;

const labelled = (names: readonly string[], labels: unknown): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}.json`, JSON.stringify(labels)]));
const LABELS = {
  ...labelled([...COLOURS, 'map', 'unknown_rank_map', 'index', 'two_heads'], ['red', 'green', 'blue']),
  ...labelled(['probabilities_and_logits', 'detector'], ['red', 'green', 'blue']),
  ...labelled([...BINARY, 'logits'], { other: 0, green: 1 }),
  ...labelled(GREY, ['up', 'down']),
};

interface Answer {
  readonly prediction: unknown;
  readonly predictions?: unknown;
  readonly top: readonly { readonly label: string; readonly index: number; readonly score: number }[];
}

const colour = (red: number, green: number, blue: number): Promise<Buffer> => {
  const background = { r: red, g: green, b: blue };
  return sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
};

/** White below, black above. */
const bright = (): Promise<Buffer> => {
  const data = Buffer.from(Array.from({ length: 28 * 28 }, (_, index) => (index < 14 * 28 ? 0 : 255)));
  return sharp(data, { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toBuffer();
};

/** On a machine that does other things besides, in ms. */
const LONG = 180_000;

describe.each(['tensorflow', 'wasm'])('on %s', (engine) => {
  let server: TestServer;
  const served = (names: readonly string[]): string[] =>
    names.filter((name) => engine === 'tensorflow' || !NATIVE_ONLY.test(name));

  beforeAll(async () => {
    const yaml = {
      logits: 'logits: true',
      none: 'labels: none',
      said: 'task: classification\noutput: logits',
    };
    server = await TestServer.start({
      models: {
        ...Object.fromEntries(ALL.map((name) => [name, `${FOLDER}/${name}`])),
        logits: `${FOLDER}/binary_logit`,
        none: `${FOLDER}/binary`,
        said: `${FOLDER}/probabilities_and_logits`,
        unlabelled: `${FOLDER}/n_1_1_k`,
      },
      yaml,
      labels: { ...LABELS, ...labelled(['said'], ['red', 'green', 'blue']) },
      env: { ENGINE: engine, AUTH: 'off', RATE_LIMIT: '100000' },
      untilReady: false,
    });
    const isReady = async (): Promise<boolean> => (await fetch(`${server.url}/health/ready`)).ok;
    await server.until(isReady, 'it has loaded some forty models', LONG);
  }, LONG);
  afterAll(() => server.stop());

  const predict = async (model: string, ...pictures: Buffer[]): Promise<Answer> => {
    const response = await server.postForm(`/models/${model}/predict`, ...pictures);
    return (await response.json()) as Answer;
  };
  const notes = async (model: string): Promise<string> => {
    const { notes: found = [] } = (await server.model(model)) as { notes?: readonly string[] };
    return found.join(' ');
  };

  it('a classifier answers the label of the largest score, whatever the dtypes and dimensions of one', async () => {
    const greenish = await colour(50, 151, 54);
    for (const name of served(COLOURS)) {
      const { prediction, top } = await predict(name, greenish);
      const scores = top.map(({ label, score }) => [
        label,
        /_u?int8$/.test(name) && score > 1 ? score / 100 : score,
      ]);
      expect([name, prediction, scores]).toEqual([
        name,
        'green',
        [
          ['green', expect.closeTo(0.592, 1)],
          ['blue', expect.closeTo(0.212, 1)],
          ['red', expect.closeTo(0.196, 1)],
        ],
      ]);
    }
  });

  it('what WebAssembly does not hold is refused with what to do', async () => {
    for (const name of ALL.filter((one) => !served(ALL).includes(one)))
      expect(await server.model(name)).toMatchObject({
        state: 'END',
        error: expect.stringMatching(/which WebAssembly does not .* npm run tensorflow/),
      });
  });

  it('one score is that of the second of two labels, from a half on', async () => {
    const pictures = [
      [await colour(50, 151, 54), 'green', 0.592157],
      [await colour(60, 60, 30), 'other', 0.4],
      [await colour(40, 80, 40), 'green', 0.5],
    ] as const;
    for (const name of served(BINARY).filter((one) => one !== 'binary_logit')) {
      for (const [picture, prediction, score] of pictures) {
        const { prediction: found, top } = await predict(name, picture);
        const scores = Object.fromEntries(top.map(({ label, score: value }) => [label, value]));
        expect([name, found, scores]).toEqual([
          name,
          prediction,
          { green: expect.closeTo(score, 3), other: expect.closeTo(1 - score, 3) },
        ]);
      }
    }
  });

  it('of a logit it is the sigmoid', async () => {
    const { prediction, top } = await predict('logits', await colour(60, 60, 30));
    const score = 1 / (1 + Math.exp(0.8));
    expect([prediction, top]).toEqual([
      'other',
      [
        { label: 'other', index: 0, score: expect.closeTo(1 - score, 5) },
        { label: 'green', index: 1, score: expect.closeTo(score, 5) },
      ],
    ]);
  });

  it('without labels it is answered by index; several pictures and topK go by the same rule', async () => {
    const [green, other] = [await colour(50, 151, 54), await colour(60, 60, 30)];
    expect(await predict('none', green)).toMatchObject({
      prediction: '1',
      top: [{ index: 1 }, { index: 0 }],
    });
    expect(await predict('binary', green, other)).toMatchObject({ predictions: ['green', 'other'] });
    const response = await server.postForm('/models/binary/predict?topK=1', other);
    expect(await response.json()).toMatchObject({ prediction: 'other', top: [{ label: 'other' }] });
    expect(await server.model('binary')).toMatchObject({ labels: ['other', 'green'], labelCount: 2 });
  });

  it('grey pictures go into an input without channels, and numbers go on working', async () => {
    const picture = await bright();
    for (const name of GREY) {
      expect(await predict(name, picture)).toMatchObject({
        prediction: 'down',
        top: [
          { label: 'down', score: 1 },
          { label: 'up', score: 0 },
        ],
      });
      expect(await notes(name)).toMatch('is taken for grey pictures; it takes numbers as well.');
    }
    const lower = Array.from({ length: 28 }, (_, row) =>
      Array.from({ length: 28 }, () => (row < 14 ? 0 : 1)),
    );
    const input = await server.postJson('/models/grey/predict', { input: [lower] });
    expect(await input.json()).toMatchObject({ predictions: [[0, 1]] });
    const instances = await server.postJson('/v1/models/grey:predict', { instances: [lower, lower] });
    expect(await instances.json()).toEqual({
      predictions: [
        [0, 1],
        [0, 1],
      ],
    });
    const b64 = { b64: picture.toString('base64') };
    const pictures = await server.postJson('/v1/models/grey:predict', { instances: [b64, b64] });
    expect(await pictures.json()).toEqual({
      predictions: [
        [0, 1],
        [0, 1],
      ],
    });
  });

  it('narrow rows are a sequence, not a picture', async () => {
    const view = await server.model('sequence');
    expect(view.task).toBe('tensor');
    expect(view).not.toHaveProperty('preprocessing');
  });

  it('a label file in vain is told, with the reason and what to do', async () => {
    const reasons: Record<string, string> = {
      map: 'labels/map.json is not used: no output is one row of scores for each picture (map is float32 [?, 8, 8, 1]).',
      unknown_rank_map:
        'labels/unknown_rank_map.json is not used: no output is one row of scores for each picture (map is float32 [?, 8, 8, 1]).',
      index:
        'labels/index.json is not used: no output is one row of scores for each picture (index is int64 [?]).',
      probabilities_and_logits:
        'labels/probabilities_and_logits.json is not used: logits and probabilities may each hold the scores. Say "output: logits" in model.yaml',
      detector:
        'labels/detector.json is not used: its outputs look like detections (detection_boxes has a box for each score)',
    };
    const log = server.lines.join('\n').replaceAll('\\"', '"');
    for (const [name, reason] of Object.entries(reasons)) {
      expect(await server.model(name)).toMatchObject({ state: 'AVAILABLE', task: 'tensor' });
      expect(await notes(name)).toMatch(reason);
      expect(log).toMatch(`${name}: ${reason}`);
    }
  });

  it('of several outputs the labels tell which has the scores, or model.yaml does', async () => {
    const greenish = await colour(50, 151, 54);
    expect(await predict('two_heads', greenish)).toMatchObject({ prediction: 'green' });
    expect(await predict('said', greenish)).toMatchObject({
      prediction: 'green',
      top: [{ score: expect.closeTo(-0.524, 3) }, {}, {}],
    });
    const { prediction } = await predict('detector', greenish);
    expect(Object.keys(prediction as object)).toContain('detection_boxes');
  });

  it('what may as well be features is answered as numbers where there are no labels', async () => {
    expect(await server.model('unlabelled')).toMatchObject({ state: 'AVAILABLE', task: 'tensor' });
  });
});
