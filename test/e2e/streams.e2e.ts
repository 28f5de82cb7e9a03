import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NamedTensors } from '../../src/engine/engine.js';
import type { SupervisedEngine } from '../../src/engine/host/supervised-engine.js';
import type { StreamedEngine } from '../../src/engine/streams/streamed-engine.js';
import { withoutTensorFlow } from './without-tensorflow.js';

const ROOT = resolve(import.meta.dirname, '../..');
const x = { name: 'x', dtype: 'float32', shape: [null] };
const SIGNATURES = { serving_default: { inputs: [x], outputs: [{ ...x, name: 'y' }] } };
/** Of the fake model: a run that never ends, and one that ends the process. */
const [HANG, CRASH] = [13, 17];

const floats = (...numbers: number[]): NamedTensors => ({
  x: { dtype: 'float32', shape: [numbers.length], data: Float32Array.from(numbers) },
});

describe('an engine process with two streams', () => {
  let folder: string;
  let engine: SupervisedEngine;
  const crashes: string[] = [];

  async function start(runtime: string, environment = {}): Promise<void> {
    const url = pathToFileURL(join(ROOT, 'dist/engine/host/supervised-engine.js')).href;
    const built = (await import(url)) as { SupervisedEngine: typeof SupervisedEngine };
    engine = new built.SupervisedEngine({
      runtime,
      streams: 2,
      environment,
      runTimeoutMs: 20_000,
      loadTimeoutMs: 60_000,
      onOutput: () => {},
      onCrash: (reason) => crashes.push(reason),
      onRestart: () => {},
    });
  }
  const load = (model: string, directory: string) =>
    engine.load(model, directory, { allowOps: [], optimise: true, cacheDirectory: join(folder, 'cache') });
  const run = (model: string, inputs: NamedTensors) => engine.run(model, 'serving_default', inputs);

  beforeEach(async () => {
    crashes.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'streams-'));
    await mkdir(join(folder, 'fake'));
    const fake = { signatures: SIGNATURES, on: { [HANG]: 'hang', [CRASH]: 'crash' } };
    await writeFile(join(folder, 'fake/fake.json'), JSON.stringify(fake));
  });
  afterEach(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it('answers a run while another goes on', async () => {
    await start('fake');
    await load('m', join(folder, 'fake'));
    const hung = run('m', floats(HANG));
    for (const number of [1, 2, 3]) {
      expect(await run('m', floats(number))).toEqual({
        y: { dtype: 'float32', shape: [1], data: Float32Array.of(number) },
      });
    }
    hung.catch(() => {});
  });

  it('is replaced as a whole when a run ends it, and what else was in flight is answered by the next', async () => {
    await start('fake');
    await load('m', join(folder, 'fake'));
    const others = [4, 5].map((number) => run('m', floats(number)));
    // Once: tried again it would end the next one too, and the others are tried again once.
    const crash = engine.runOnce('m', 'serving_default', floats(CRASH));
    await expect(crash).rejects.toMatchObject({ kind: 'crashed' });
    expect((await Promise.all(others)).map(({ y }) => y!.data[0])).toEqual([4, 5]);
    expect(crashes).toEqual(['The engine process ended (SIGABRT).']);
  });

  it('is free again after a run that could not be sent', async () => {
    const url = pathToFileURL(join(ROOT, 'dist/engine/streams/streamed-engine.js')).href;
    const built = (await import(url)) as { StreamedEngine: typeof StreamedEngine };
    const streamed = new built.StreamedEngine({ runtime: 'fake', note: undefined }, 2, () => {});
    await streamed.load('m', join(folder, 'fake'), { allowOps: [], optimise: true, cacheDirectory: folder });
    const unsendable = (() => {}) as unknown as string;
    for (let time = 0; time < 3; time++)
      await expect(streamed.run('m', unsendable, floats(1))).rejects.toMatchObject({
        name: 'DataCloneError',
      });
    const numbers = [2, 3, 4];
    const answers = await Promise.all(
      numbers.map((number) => streamed.run('m', 'serving_default', floats(number))),
    );
    expect(answers.map(({ y }) => y!.data[0])).toEqual(numbers);
    await streamed.close();
    await start('fake'); // For what ends it after each test.
  });

  it('refuses at once a run whose inputs were given away, and begins the next', async () => {
    const url = pathToFileURL(join(ROOT, 'dist/engine/streams/streamed-engine.js')).href;
    const built = (await import(url)) as { StreamedEngine: typeof StreamedEngine };
    const streamed = new built.StreamedEngine({ runtime: 'fake', note: undefined }, 2, () => {});
    await streamed.load('m', join(folder, 'fake'), { allowOps: [], optimise: true, cacheDirectory: folder });
    const gone = floats(1);
    structuredClone(gone, { transfer: [(gone.x!.data as Float32Array<ArrayBuffer>).buffer] });
    const runHere = (inputs: NamedTensors) => streamed.run('m', 'serving_default', inputs);
    const refused = { name: 'EngineError', kind: 'run', message: expect.stringContaining('given away') };
    await expect(runHere(gone)).rejects.toMatchObject(refused);
    // Both streams are taken when it is asked for, and nothing else comes to an end once it is its turn.
    const answers = [
      runHere(floats(2)),
      runHere(floats(3)),
      runHere(gone),
      runHere(gone),
      runHere(gone),
      runHere(floats(4)),
    ];
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      false,
      false,
      true,
    ]);
    await streamed.close();
    await start('fake'); // For what ends it after each test.
  });

  it('answers a load that fails with its reason, and goes on', async () => {
    await start('fake');
    await expect(load('n', join(folder, 'nowhere'))).rejects.toMatchObject({ kind: 'load' });
    await load('m', join(folder, 'fake'));
    expect((await run('m', floats(6))).y!.data).toEqual(Float32Array.of(6));
    await engine.unload('m');
    await expect(run('m', floats(6))).rejects.toMatchObject({ kind: 'gone' });
  });

  it('whose runtime cannot be had answers every call with the reason', async () => {
    await start('tensorflow', { NODE_OPTIONS: withoutTensorFlow('ERR_DLOPEN_FAILED') });
    const message =
      'TensorFlow cannot be loaded (libtensorflow.so.2: no such file): run npm run tensorflow, or npm run doctor to see what is missing.';
    await expect(engine.info()).rejects.toMatchObject({ kind: 'load', message });
    await expect(run('m', floats(1))).rejects.toMatchObject({ kind: 'run', message });
    expect(crashes).toEqual([]);
  });

  it('runs one TensorFlow session in both, gives every run its own answer, and holds it until both have let go', async () => {
    await start('tensorflow');
    const directory = join(ROOT, 'test/fixtures/models/half_plus_two_serving/123');
    const half = (number: number): number => number / 2 + 2;
    for (let round = 0; round < 3; round++) {
      await load('m', directory);
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      const answers = await Promise.all(numbers.map((number) => run('m', floats(number))));
      expect(answers.map(({ y }) => y!.data[0])).toEqual(numbers.map(half));
      // Another session of the same files is its own.
      await load('other', directory);
      await engine.unload('m');
      expect((await run('other', floats(10))).y!.data[0]).toBe(half(10));
      await engine.unload('other');
    }
  });
});
