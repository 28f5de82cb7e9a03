import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Ended, ended } from './processes.js';
import { fakeModel, type ServerOptions, TestServer } from './server.js';

const CLI = resolve(import.meta.dirname, '../../dist/tune/cli.js');
/** On a machine that does other things besides, in ms. */
const LONG = 180_000;
const QUICK = ['--seconds', '0.03'];

function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('npm run tune', () => {
  let server: TestServer;
  const serving = async (options: ServerOptions): Promise<void> => {
    server = await TestServer.start(options);
  };
  const tune = (args: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    ended(start(server.folder, [...QUICK, ...args.split(' ')], env));
  const file = (name: string): Promise<string> => readFile(join(server.folder, name), 'utf8');
  afterEach(() => server.stop());

  it(
    'writes the best batch size into model.yaml, which a running server takes over, with the curve beside it',
    async () => {
      const yaml =
        '# The shapes\ntask:   classification\nlabels: shapes.json # ten\npreprocessing: { scale: tf }\n';
      await serving({
        models: { shapes: 'models/shapes' },
        yaml: { shapes: yaml },
        labels: { 'shapes.json': 'file:labels/shapes.json' },
      });
      const { code, out, err } = await tune('--model shapes --seconds 0.1 --force');
      expect([code, err]).toEqual([0, expect.stringContaining('Round 5 of 5')]);

      const tuned = await file('models/shapes/model.yaml');
      const [, size] = /^batching: \{ maxBatchSize: (\d+) \}$/m.exec(tuned) ?? [];
      expect(tuned).toBe(`${yaml}batching: { maxBatchSize: ${size} }\n`);
      expect(out).toMatch(/^at a time +1 thread/m);
      expect(out).toContain(`models/shapes/model.yaml now says batching.maxBatchSize: ${size}.`);
      expect(await file('models/shapes/tuning.svg')).toContain('shapes/1: pictures per second by batch size');
      expect(JSON.parse(await file('models/shapes/tuning.json'))).toMatchObject({
        chosen: { batchSize: Number(size) },
        software: { engine: expect.stringMatching(/^(tensorflow|wasm) /) },
      });

      const loads = (): number => server.lines.filter((line) => line.includes('shapes version 1: ')).length;
      await server.until(() => loads() === 2, 'the model is loaded anew');
      const picture = await readFile(resolve(import.meta.dirname, '../../samples/star.jpg'));
      expect(await (await server.postForm('/predict', picture)).json()).toMatchObject({ prediction: 'star' });
      expect(await server.model('shapes')).not.toHaveProperty('configError');
    },
    LONG,
  );

  it(
    'chooses the largest batch that is quick enough, where every batch takes equally long',
    async () => {
      await serving({ models: { numbers: fakeModel({ runMs: 20 }) }, env: { ENGINE: 'fake' } });
      const { code, out } = await tune('--model numbers --force', { ENGINE: 'fake' });
      expect(code).toBe(0);
      expect(out).toMatch(/numbers\/1: 64 at a time give \d+ rows\/s \(1 at a time: \d+/);
      expect(await file('models/numbers/model.yaml')).toBe('batching: { maxBatchSize: 64 }\n');
    },
    LONG,
  );

  it(
    'writes nothing where it says that the choice may be chance',
    async () => {
      await serving({ models: { numbers: fakeModel({ runMs: 1 }) }, env: { ENGINE: 'fake' } });
      const { code, out, err } = await tune('--model numbers', { ENGINE: 'fake' });
      const isChance = err.includes('the choice may be chance');
      expect(code).toBe(0);
      expect(out.includes('nothing was written, since that may be chance')).toBe(isChance);
      expect((await readdir(join(server.folder, 'models/numbers'))).includes('tuning.json')).toBe(!isChance);
    },
    LONG,
  );

  it(
    'writes nothing on a dry run',
    async () => {
      await serving({ models: { numbers: fakeModel({ runMs: 5 }) }, env: { ENGINE: 'fake' } });
      const { code, out } = await tune('--model numbers --dry-run', { ENGINE: 'fake' });
      expect(code).toBe(0);
      expect(out).toContain('nothing was written (--dry-run).');
      expect(await readdir(join(server.folder, 'models/numbers'))).toEqual(['1']);
    },
    LONG,
  );

  it(
    'ends at once with a Ctrl-C, and writes nothing',
    async () => {
      await serving({ models: { numbers: fakeModel({ runMs: 50 }) }, env: { ENGINE: 'fake' } });
      const child = start(server.folder, ['--model', 'numbers'], { ENGINE: 'fake' });
      const end = ended(child);
      await new Promise<void>((started) => {
        child.stderr!.on('data', (chunk) => String(chunk).includes('Trying') && started());
      });
      child.kill('SIGINT');
      expect(await end).toMatchObject({
        code: 130,
        out: '',
        err: expect.stringMatching(/Stopped: nothing was written\.\n$/),
      });
      expect(await readdir(join(server.folder, 'models/numbers'))).toEqual(['1']);
    },
    LONG,
  );

  it(
    'refuses in one sentence what it cannot tune',
    async () => {
      const lone = { name: 'x', dtype: 'float32', shape: [1] };
      const signatures = { serving_default: { inputs: [lone], outputs: [{ ...lone, name: 'y' }] } };
      await serving({
        models: {
          numbers: fakeModel(),
          broken: fakeModel(),
          single: { '1/fake.json': JSON.stringify({ signatures }) },
          remote: {},
          padded: fakeModel(),
          empty: { '1/nothing': '' },
        },
        yaml: {
          broken: 'colour: red\n',
          padded: 'batching: { allowedBatchSizes: [1, 8] }\n',
          remote: 'engine: upstream\nupstream: { urls: ["http://127.0.0.1:1"], protocol: tf-serving }\n',
        },
        env: { ENGINE: 'fake' },
        untilReady: false,
      });
      const refusals = await Promise.all(
        [
          '--model roses',
          '--model numbers --version 7',
          '--model broken',
          '--model single',
          '--model remote',
          '--model empty',
          '--model padded',
          '--model numbers --latency never',
        ].map((args) => tune(args, { ENGINE: 'fake' })),
      );
      expect(refusals.map(({ code }) => code)).toEqual(refusals.map(() => 1));
      expect(refusals.map(({ err }) => err.trim().split('\n').at(-1))).toEqual([
        'There is no model "roses"; there are broken, empty, numbers, padded, remote, single.',
        'There is no version 7 of numbers; there are 1.',
        expect.stringContaining('models/broken/model.yaml: Expected one of '),
        expect.stringContaining('The model takes one request at a time, so there is no batch size to choose'),
        expect.stringContaining('Another server runs remote (engine: upstream in models/remote/model.yaml)'),
        expect.stringContaining('Nothing was measured. There is no usable fake.json'),
        expect.stringContaining('models/padded/model.yaml lists batching.allowedBatchSizes'),
        'Expected a whole number from 1 to 3600000 for --latency but received "never".',
      ]);
    },
    LONG,
  );

  it(
    'takes models from where .env says',
    async () => {
      await serving({ models: { numbers: fakeModel({ runMs: 5 }) }, env: { ENGINE: 'fake' } });
      await writeFile(join(server.folder, '.env'), 'MODELS_DIR=nowhere\nENGINE=fake\n');
      const { code, err } = await tune('--model numbers');
      expect([code, err]).toEqual([1, expect.stringMatching(/^Expected a folder of models for MODELS_DIR/)]);
    },
    LONG,
  );
});
