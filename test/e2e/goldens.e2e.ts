import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeModel, projectFile, type ServerOptions, TestServer } from './server.js';

const SHAPES: ServerOptions = {
  models: { shapes: 'models/shapes' },
  labels: { 'shapes.json': 'file:labels/shapes.json' },
  env: { MODELS_POLL_MS: '200', ENGINE_TRIAL: 'off' }, // trial.e2e.ts has the trials, which take seconds each.
};

/** The files of a folder of goldens, as files of the model. */
async function goldens(folder: 'pillow' | 'tensorflow', into = 'goldens'): Promise<Record<string, Buffer>> {
  const names = { pillow: ['star.jpg', 'arrow.png'], tensorflow: ['circle.jpg'] }[folder];
  const files = names.flatMap((name) => {
    const stem = name.replace(/\.\w+$/, '');
    return [name, `${stem}.json`, `${stem}.tensor.npy`, `${stem}.probabilities.npy`];
  });
  const read = files.map(
    async (name) =>
      [`${into}/${name}`, await projectFile(`test/fixtures/goldens/${folder}/${name}`)] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

/** The bundled model with further files. */
async function shapesWith(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<Record<string, string | Uint8Array>> {
  const inside = [
    '1/saved_model.pb',
    '1/variables/variables.index',
    '1/variables/variables.data-00000-of-00001',
  ];
  const read = inside.map(async (name) => [name, await projectFile(`models/shapes/${name}`)] as const);
  return { ...Object.fromEntries(await Promise.all(read)), ...files };
}

async function started(
  files: Readonly<Record<string, string | Uint8Array>>,
  yaml: string,
  untilReady = true,
  env: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const models = { shapes: await shapesWith(files) };
  const options = { ...SHAPES, models, yaml: { shapes: yaml }, untilReady };
  return TestServer.start({ ...options, env: { ...SHAPES.env, ...env } });
}

async function refusal(server: TestServer): Promise<string> {
  let found: string | undefined;
  await server.until(async () => {
    const { versions = [] } = await server.model('shapes');
    found = versions.map(({ error, next }) => next?.error ?? error).find((error) => error !== undefined);
    return found !== undefined;
  }, 'the version is refused');
  return found!;
}

describe('a model with goldens', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('goes live when all come out right, which its description and the log say', async () => {
    server = await started(await goldens('pillow'), 'preprocessing: { scale: tf }');
    expect(await server.model('shapes')).toMatchObject({ state: 'AVAILABLE', goldens: 2 });
    expect(server.lines.join('\n')).toMatch(
      /shapes version 1: classification, 10 labels, 2 goldens right, on /,
    );
    const answer = await server.postForm('/predict', await projectFile('samples/star.jpg'));
    expect(await answer.json()).toMatchObject({ prediction: 'star' });
  });

  it('does not with a wrong scale: told how far off each stage is, and which would have matched', async () => {
    server = await started(await goldens('pillow'), 'preprocessing: { scale: torch }', false);
    const reason = await refusal(server);
    expect(reason).toMatch(/^2 of its 2 goldens came out wrong\. models\/shapes\/goldens\/arrow\.png: /);
    expect(reason).toMatch(/its probabilities are off by up to 0\.0\d/);
    expect(reason).toMatch(/its input is off by up to \d+\.\d of 255 levels, \d+\.\d on average/);
    expect(reason).toContain('apart from how its values are scaled it is the same');
    expect(reason).toContain('expected matches tf, configured is torch');
    expect(reason).toContain('With preprocessing {scale: tf} all 2 come out right.');
    const answer = await server.postForm('/predict', await projectFile('samples/star.jpg'));
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'MODEL_NOT_READY' }]);
  });

  it.each([
    ['resize: letterbox, resampling: opencv.area', '{resize: stretch, resampling: bilinear}'],
    ['scale: {mean: 100, std: 50}', '{scale: tf}'],
  ])('is told that %s should be %s', async (wrong, right) => {
    const scale = wrong.startsWith('scale') ? '' : 'scale: tf, ';
    server = await started(await goldens('pillow'), `preprocessing: { ${scale}${wrong} }`, false);
    expect(await refusal(server)).toContain(`With preprocessing ${right} all 2 come out right.`);
  });

  it('goes live where training decoded and resized by TensorFlow, and resampling says so', async () => {
    const yaml = 'preprocessing: { scale: tf, resampling: tensorflow.bilinear }';
    server = await started(await goldens('tensorflow'), yaml);
    expect(await server.model('shapes')).toMatchObject({ state: 'AVAILABLE', goldens: 1 });
  });

  it("is told where only TensorFlow's own JPEG decoding is left, and obeys a tolerance for it", async () => {
    const yaml = 'preprocessing: { scale: tf, resampling: tensorflow.bilinear, decoder: pillow }';
    server = await started(await goldens('tensorflow'), yaml, false);
    expect(await refusal(server)).toContain('With preprocessing {decoder: tensorflow} it comes out right.');
    const golden = join(server.folder, 'models/shapes/goldens/circle.json');
    await writeFile(golden, '{"label": "circle", "tolerance": {"pixels": 8}}');
    await server.until(async () => (await server.model('shapes')).goldens === 1, 'it goes live');
  });

  it('is told that no other preprocessing suits where the input is that of another picture', async () => {
    const files = await goldens('tensorflow');
    files['goldens/circle.tensor.npy'] = await projectFile('test/fixtures/goldens/pillow/star.tensor.npy');
    server = await started(files, 'preprocessing: { scale: tf }', false);
    expect(await refusal(server)).toMatch(
      /on average\. \d\d other ways to prepare its picture were tried, none suits better\. npm run parity/,
    );
  });

  it('takes them from model.yaml and from the folder of a version, too', async () => {
    const files = {
      ...(await goldens('tensorflow', '1/goldens')),
      'g.jpg': await projectFile('samples/star.jpg'),
    };
    const yaml =
      'preprocessing: { scale: tf }\ngoldens: [{ image: g.jpg, probabilities: { star: 0.5, heart: 0 } }]';
    server = await started(files, yaml, false);
    const reason = await refusal(server);
    expect(reason).toMatch(
      /^2 of its 2 goldens came out wrong\. models\/shapes\/g\.jpg: its probabilities are off by up to 0\.4/,
    );
    await rm(join(server.folder, 'models/shapes/1/goldens'), { recursive: true });
    await writeFile(
      join(server.folder, 'models/shapes/model.yaml'),
      'preprocessing: { scale: tf }\ngoldens: [{ image: g.jpg, label: star, probabilities: { heart: 0 } }]',
    );
    await server.until(async () => (await server.model('shapes')).goldens === 1, 'it goes live');
  });

  it('is told that the model answers otherwise where its input is right', async () => {
    const files = await goldens('pillow');
    files['goldens/star.json'] = Buffer.from('{"label": "heart"}');
    server = await started(files, 'preprocessing: { scale: tf }', false);
    expect(withoutEnd(await refusal(server))).toMatch(
      /^1 of its 2 goldens came out wrong\. models\/shapes\/goldens\/star\.jpg: expected heart \(0\.\d+\) but it says star \(0\.9\d\); its input is right, so it is the model that answers otherwise\.$/,
    );
  });

  it('takes a folder of pictures for each label', async () => {
    const [star, heart] = [await projectFile('samples/star.jpg'), await projectFile('samples/heart.jpg')];
    const files = { 'goldens/star/1.jpg': star, 'goldens/heart/a.jpg': heart };
    server = await started(files, 'preprocessing: { scale: tf }');
    expect(await server.model('shapes')).toMatchObject({ goldens: 2 });
    await cp(
      join(server.folder, 'models/shapes/goldens/star/1.jpg'),
      join(server.folder, 'models/shapes/goldens/heart/b.jpg'),
    );
    expect(await refusal(server)).toMatch(
      /^1 of its 3 goldens came out wrong\. models\/shapes\/goldens\/heart\/b\.jpg: expected heart \(0\.\d+\) but it says star \(0\.9\d\)\./,
    );
  });

  it('keeps serving as it did when goldens are added that do not come out right', async () => {
    server = await started({}, 'preprocessing: { scale: unit }', true, { ENGINE_TRIAL: 'on' });
    await cp('test/fixtures/goldens/pillow', join(server.folder, 'models/shapes/goldens'), {
      recursive: true,
    });
    expect(await refusal(server)).toContain('With preprocessing {scale: tf} all 2 come out right.');
    expect(await server.model('shapes')).toMatchObject({ version: 1, state: 'AVAILABLE' });
    const answer = await server.postForm('/predict', await projectFile('samples/star.jpg'));
    expect(answer.status).toBe(200);
    await writeFile(join(server.folder, 'models/shapes/model.yaml'), 'preprocessing: { scale: tf }');
    await server.until(
      async () => (await server.model('shapes')).goldens === 2,
      'it is served as it should be',
    );
  });
});

describe('goldens that are wrong themselves', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('keep the version from being served, and are told one after the other', async () => {
    const star = await projectFile('samples/star.jpg');
    server = await started({ 'goldens/x.jpg': star }, 'preprocessing: { scale: tf }', false);
    expect(await refusal(server)).toBe(
      'Expected a label, probabilities or a tensor for models/shapes/goldens/x.jpg: ' +
        'in x.json beside it, or by a folder that is named by the label.',
    );
    const faults: [string, string | Uint8Array, RegExp][] = [
      ['x.json', '{"label":"sun"}', /x\.jpg expects the label "sun", which the model does not have\.$/],
      ['x.json', '{"label":"star","tensor":"x.npy"}', /There is no models\/shapes\/goldens\/x\.npy\.$/],
      [
        'x.npy',
        npy([1, 2, 2, 3]),
        /has the shape \[1, 2, 2, 3\], the model is given float32 \[1, 64, 64, 3\]\.$/,
      ],
      [
        'x.probabilities.npy',
        npy([3]),
        /Expected 10 numbers for the probabilities of .*x\.jpg but received 3\.$/,
      ],
      [
        'x.jpg',
        'star',
        /The picture is of no known picture format; accepted are JPEG, PNG, WebP, GIF and BMP\.$/,
      ],
    ];
    for (const [file, content, reason] of faults) {
      await writeFile(join(server.folder, 'models/shapes/goldens', file), content);
      await server.until(async () => reason.test(withoutEnd(await refusal(server))), `it is told ${reason}`);
    }
  });

  it('are told where the model takes no pictures as pixels', async () => {
    const files = { ...fakeModel(), 'goldens/star/x.jpg': await projectFile('samples/star.jpg') };
    server = await TestServer.start({
      models: { shapes: files },
      env: { ENGINE: 'fake' },
      untilReady: false,
    });
    expect(await refusal(server)).toBe(
      'Goldens are for models that take a picture as pixels; this one takes numbers.',
    );
  });
});

/** What is wrong with a golden stands before where to see all. */
function withoutEnd(reason: string): string {
  return reason.replace(' npm run parity -- --model shapes shows all.', '');
}

/** Zeros of that shape, as `numpy.save` writes them. */
function npy(shape: readonly number[]): Buffer {
  const header =
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const numbers = Buffer.alloc(4 * shape.reduce((product, size) => product * size, 1));
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header, 'latin1'),
    numbers,
  ]);
}
