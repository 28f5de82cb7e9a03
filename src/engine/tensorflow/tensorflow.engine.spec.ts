import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedModel, NamedTensors } from '../engine.js';
import { normalisePixels } from '../normalise.js';
import {
  type DType,
  elements,
  entriesPerElement,
  NUMBER_ARRAYS,
  type Normalise,
  type Tensor,
} from '../tensor.js';
import { TensorFlowEngine } from './tensorflow.engine.js';

const FIXTURES = 'test/fixtures/models';

let engine: TensorFlowEngine;
let cacheDirectory: string;
let loads = 0;

beforeAll(async () => {
  engine = await TensorFlowEngine.start();
});
beforeEach(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'tensornest-cache-'));
});
afterEach(() => rm(cacheDirectory, { recursive: true, force: true }));
afterAll(() => engine.close());

async function load(
  fixture: string,
  optimise = true,
): Promise<{ loaded: LoadedModel; run: (inputs: NamedTensors) => Promise<NamedTensors> }> {
  const model = `${fixture}/${loads++}`;
  const options = { allowOps: [], optimise, cacheDirectory };
  const loaded = await engine.load(model, `${FIXTURES}/${fixture}/1`, options);
  return { loaded, run: (inputs) => engine.run(model, 'serving_default', inputs) };
}

/** Bits that rounding, sign extension or a change of kind would show: NaNs, infinities, -0, extremes, and a run of all bytes. */
const BITS: readonly (readonly number[])[] = [
  Array.from({ length: 256 }, (_, byte) => byte),
  [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0, 0, 0, 0xf0, 0x7f, 1, 0, 0, 0, 0, 0, 0xf8, 0xff, 0, 0, 0x80, 0x7f, 0, 0, 0xc0, 0xff],
  [
    1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0x7f, 1, 0, 0xc0, 0x7f, 0, 0x7e, 0,
    0xfc,
  ],
];

function sample(dtype: Exclude<DType, 'string'>): Tensor {
  const bytes = Uint8Array.from(BITS.flat());
  const Numbers = NUMBER_ARRAYS[dtype];
  const whole = Math.floor(bytes.length / 16) * 16;
  const data =
    dtype === 'bool'
      ? Uint8Array.from(bytes, (byte) => byte & 1)
      : new Numbers(bytes.buffer, 0, whole / Numbers.BYTES_PER_ELEMENT);
  return { dtype, shape: [data.length / entriesPerElement(dtype)], data };
}

const bytesOf = ({ data }: Tensor): Buffer => {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
};

describe.each([true, false])('a model, optimised: %s', (optimise) => {
  it.each(Object.keys(NUMBER_ARRAYS) as Exclude<DType, 'string'>[])(
    'takes and gives %s to the last bit, extremes and NaN included',
    async (dtype) => {
      const { run } = await load(`identity_${dtype}`, optimise);
      const x = sample(dtype);
      const { y } = await run({ x });
      expect([y!.dtype, y!.shape]).toEqual([dtype, x.shape]);
      expect(bytesOf(y!).equals(bytesOf(x))).toBe(true);
    },
  );

  it('says whether it is optimised', async () => {
    const { loaded } = await load('half_plus_two', optimise);
    expect(loaded.graph).toEqual(
      optimise ? { optimised: true } : { optimised: false, reason: 'model.yaml says optimise: off.' },
    );
  });
});

describe('pixels', () => {
  const CAFFE = { scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] };
  const TORCH = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

  it.each<[string, string, Omit<Normalise, 'dtype'>]>([
    ['scaled per channel', 'echo', { layout: 'nhwc', order: [0, 1, 2], ...TORCH }],
    ['in another order of channels', 'echo', { layout: 'nhwc', order: [2, 1, 0], ...CAFFE }],
    ['with the channels first', 'echo_nchw', { layout: 'nchw', order: [2, 1, 0], ...TORCH }],
    ['of grey', 'echo_grey', { layout: 'nhwc', order: [0], scale: 1 / 127.5, mean: [1], std: [1] }],
    ['with alpha', 'echo_rgba', { layout: 'nhwc', order: [0, 1, 2, 3], scale: 1 / 255, mean: [], std: [] }],
  ])('%s are what float64 arithmetic makes of them, to the last bits of float32', async (_, fixture, how) => {
    const { run } = await load(fixture);
    const shape = [2, 4, 4, how.order.length];
    const data = Uint8Array.from({ length: elements(shape) }, (__, index) => (index * 37) % 256);
    const image: Tensor = { dtype: 'uint8', shape, data, normalise: { dtype: 'float32', ...how } };
    const { pixels } = await run({ image });
    const expected = normalisePixels(image, image.normalise!);
    expect(pixels!.shape).toEqual(expected.shape);
    const most = Math.max(...(expected.data as Float32Array).map(Math.abs));
    (expected.data as Float32Array).forEach((value, index) => {
      // Two roundings more than one: three units in the last place of the largest.
      expect(Math.abs((pixels!.data as Float32Array)[index]! - value)).toBeLessThan(3 * 2 ** -24 * most);
    });
  });
});

describe('what is rewritten', () => {
  const entries = async (): Promise<string[]> => readdir(cacheDirectory);

  it('is kept, and taken the next time', async () => {
    await load('colours');
    const [kept, ...others] = await entries();
    expect(others).toEqual([]);
    const file = join(cacheDirectory, kept!, 'saved_model.pb');
    const before = await stat(file);
    const { loaded } = await load('colours');
    expect(loaded.graph).toEqual({ optimised: true });
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    expect(await entries()).toEqual([kept]);
  });

  it.each(['model.json', 'saved_model.pb'])('is made anew where the kept %s is damaged', async (file) => {
    await load('colours');
    const [kept] = await entries();
    await writeFile(join(cacheDirectory, kept!, file), '[[');
    const { loaded } = await load('colours');
    expect(loaded.graph).toEqual({ optimised: true });
    const again = await load('colours');
    expect(again.loaded.graph).toEqual({ optimised: true });
    expect(await entries()).toEqual([kept]);
  });

  it.each([
    ['rewritten', `${FIXTURES}/half_plus_two/1`, true],
    ['whose one form is rewritten', 'test/fixtures/keras/keras222/sequential', true],
    ['whose graph is given other edges', `${FIXTURES}/identity_uint8/1`, false],
    ['of which a part is run', 'test/fixtures/serving/trained/1', false],
  ])('is used where it cannot be kept, of a model %s', async (_, directory, optimise) => {
    const model = `no-cache/${loads++}`;
    const cache = join(cacheDirectory, 'file');
    await writeFile(cache, '');
    const { graph, warnings } = await engine.load(model, directory, {
      allowOps: [],
      optimise,
      cacheDirectory: cache,
    });
    expect(graph.optimised).toBe(optimise);
    const told = warnings.map((text) => text.replace(/ \(E\w+\),.*/, ''));
    expect(told).toEqual(optimise ? ['its rewritten form cannot be kept in the cache'] : []);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('tensornest-staged-'))).toEqual([]);
    await engine.unload(model);
  });

  it('leaves nothing behind of a model that is not optimised', async () => {
    await load('fails');
    await load('identity_float64', false);
    expect(await entries().catch(() => [])).toEqual([]);
  });
});
