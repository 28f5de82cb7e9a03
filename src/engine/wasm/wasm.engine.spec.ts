import { fileURLToPath } from 'node:url';
import type { LoadOptions } from '../engine.js';
import type { Tensor } from '../tensor.js';
import { startBackend } from './backend.js';
import { WasmEngine } from './wasm.engine.js';

const ROOT = new URL('../../../', import.meta.url);
const modelIn = (folder: string): string => fileURLToPath(new URL(`${folder}/1`, ROOT));
const fixture = (name: string): string => modelIn(`test/fixtures/models/${name}`);
const OPTIONS: LoadOptions = { allowOps: [], optimise: true, cacheDirectory: '/nowhere' };

const { tf } = await startBackend();

const floats = (...data: number[]): Tensor => ({
  dtype: 'float32',
  shape: [data.length],
  data: Float32Array.from(data),
});

describe('the WebAssembly engine', () => {
  let engine: WasmEngine;
  beforeAll(async () => {
    engine = await WasmEngine.start();
  });
  afterAll(() => engine.close());

  it('says what it is, and why, if it was told', async () => {
    expect(await engine.info()).toEqual({
      runtime: 'wasm',
      version: '4.22.0',
      device: 'cpu (WebAssembly, SIMD)',
    });
    const told = await WasmEngine.start({ text: 'A reason.', isFault: false });
    expect(await told.info()).toMatchObject({ runtime: 'wasm', note: { text: 'A reason.', isFault: false } });
  });

  it('keeps nothing of a thousand runs, of some that fail, and of a model that is unloaded', async () => {
    const before = tf.memory();
    await engine.load('shapes', modelIn('models/shapes'), OPTIONS);
    await engine.load('half', fixture('half_plus_two'), OPTIONS);
    await engine.load('scale', fixture('signatures'), OPTIONS);
    const loaded = tf.memory();
    expect(loaded.numTensors).toBeGreaterThan(before.numTensors);
    const image: Tensor = { dtype: 'float32', shape: [1, 64, 64, 3], data: new Float32Array(64 * 64 * 3) };
    const value: Tensor = { dtype: 'float32', shape: [2, 2], data: new Float32Array(4) };
    const factor: Tensor = { dtype: 'float32', shape: [3, 1], data: new Float32Array(3) };
    const failures: unknown[] = [];
    for (let round = 0; round < 500; round++) {
      await engine.run('shapes', 'serving_default', { image });
      await engine.run('half', 'serving_default', { x: floats(1, 2) });
      await engine.run('scale', 'scale', { value, factor }).catch((error) => failures.push(error.kind));
    }
    expect(new Set(failures)).toEqual(new Set(['run']));
    expect(failures).toHaveLength(500);
    expect(tf.memory()).toEqual(loaded);
    await engine.unload('shapes');
    await engine.unload('half');
    await engine.unload('scale');
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
  });

  it('refuses what has no elements, which would leave WebAssembly out of order', async () => {
    await engine.load('empty', modelIn('models/shapes'), OPTIONS);
    const image: Tensor = { dtype: 'float32', shape: [0, 64, 64, 3], data: new Float32Array() };
    await expect(engine.run('empty', 'serving_default', { image })).rejects.toMatchObject({
      kind: 'input',
      message:
        'Expected at least one element of float32 [?, 64, 64, 3] for the input "image" but received the shape [0, 64, 64, 3].',
    });
    await engine.unload('empty');
  });

  it('keeps nothing of a model that it refuses', async () => {
    const before = tf.memory();
    for (const name of ['blocky', 'slow', 'identity_float64']) {
      await expect(engine.load(name, fixture(name), OPTIONS)).rejects.toMatchObject({ kind: 'load' });
    }
    expect(tf.memory()).toEqual(before);
    await engine.load('blocky', fixture('half_plus_two'), OPTIONS);
    await engine.unload('blocky');
  });

  it('gives calls that overlap their own answers, in the order they came', async () => {
    await engine.load('half', fixture('half_plus_two'), OPTIONS);
    const order: number[] = [];
    const answers = await Promise.all(
      [1, 2, 3].map(async (x) => {
        const { y } = await engine.run('half', 'serving_default', { x: floats(x) });
        order.push(x);
        return [...(y!.data as Float32Array)];
      }),
    );
    expect(answers).toEqual([[2.5], [3], [3.5]]);
    expect(order).toEqual([1, 2, 3]);
    await engine.unload('half');
  });

  it('refuses what is not there', async () => {
    await expect(engine.run('none', 'serving_default', {})).rejects.toMatchObject({ kind: 'gone' });
    await engine.load('half', fixture('half_plus_two'), OPTIONS);
    await expect(engine.run('half', 'none', {})).rejects.toMatchObject({ kind: 'run' });
    await expect(engine.run('half', 'serving_default', {})).rejects.toThrow('The input x is missing.');
    await engine.unload('half');
    await engine.unload('half');
  });

  it('runs a model as it was exported where optimise is off, to the same answer', async () => {
    const image: Tensor = {
      dtype: 'float32',
      shape: [2, 64, 64, 3],
      data: Float32Array.from({ length: 2 * 64 * 64 * 3 }, (_, index) => Math.sin(index)),
    };
    const plain = await engine.load('plain', modelIn('models/shapes'), { ...OPTIONS, optimise: false });
    const fast = await engine.load('fast', modelIn('models/shapes'), OPTIONS);
    expect(plain.graph).toEqual({ optimised: false, reason: expect.stringMatching('optimise') });
    expect(fast.graph).toEqual({ optimised: true });
    const [slow, quick] = await Promise.all(
      ['plain', 'fast'].map((name) => engine.run(name, 'serving_default', { image })),
    );
    const [output] = Object.keys(slow!);
    const numbers = slow![output!]!.data as Float32Array;
    numbers.forEach((number, index) => expect(quick![output!]!.data[index]).toBeCloseTo(number, 5));
    await engine.unload('plain');
    await engine.unload('fast');
  });
});
