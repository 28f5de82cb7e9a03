import type { NamedTensors, Signature } from '../../engine/engine.js';
import type { TensorSpec } from '../../engine/tensor.js';
import { sniffFormat } from '../../preprocessing/picture-format.js';
import type { ModelConfig } from '../model-config.js';
import { type ModelPlan, planModel } from '../model-plan.js';
import { warmUpBatches, warmUpInputs } from './warm-up.js';

const SCORES: TensorSpec = { name: 'y', dtype: 'float32', shape: [null, 2] };

function planFor(
  inputs: readonly TensorSpec[],
  config: Partial<ModelConfig> = {},
  output = SCORES,
): ModelPlan {
  const signature: Signature = { inputs, outputs: [output] };
  const signatures = { serving_default: signature };
  const graph = { optimised: true } as const;
  return planModel(config, {
    signatures,
    rows: {},
    refused: {},
    device: 'cpu',
    memoryBytes: 0,
    stateful: [],
    declared: {},
    warnings: [],
    graph,
  });
}

/** The inputs of the first run of a model that takes these. */
const inputsFor = (...about: Parameters<typeof planFor>): Promise<NamedTensors | null> =>
  warmUpInputs(planFor(...about));

const input = (dtype: TensorSpec['dtype'], shape: TensorSpec['shape'], name = 'x'): TensorSpec => ({
  name,
  dtype,
  shape,
});

describe('the first run of a model', () => {
  it.each<[string, TensorSpec['shape'], number[]]>([
    ['of its size', [null, 8, 4, 3], [1, 8, 4, 3]],
    ['of one channel', [null, 8, 4, 1], [1, 8, 4, 1]],
    ['without a batch', [8, 4, 3], [8, 4, 3]],
    ['of 64 by 64 pixels where any size will do', [null, null, null, 3], [1, 64, 64, 3]],
    ['as pixels where it takes channels first', [null, 3, 8, 6], [1, 8, 6, 3]],
  ])('gets a black picture %s', async (_, shape, expected) => {
    const inputs = await inputsFor([input('float32', shape)]);
    expect(inputs!.x).toMatchObject({ dtype: 'uint8', shape: expected });
    expect(inputs!.x!.data).toEqual(new Uint8Array(expected.reduce((product, size) => product * size)));
  });

  it('gets a picture that is normalised as those of clients are', async () => {
    const inputs = await inputsFor([input('float32', [null, 8, 8, 3])], { preprocessing: { scale: 'tf' } });
    expect(inputs!.x!.normalise).toMatchObject({ dtype: 'float32', layout: 'nhwc' });
  });

  it.each([
    ['float32', Float32Array, 4],
    ['int32', Int32Array, 4],
    ['int64', BigInt64Array, 4],
    ['uint8', Uint8Array, 4],
    ['bool', Uint8Array, 4],
    ['complex64', Float32Array, 8],
  ] as const)('gets zeros of %s', async (dtype, Numbers, length) => {
    const inputs = await inputsFor([input(dtype, [null, 4])]);
    expect(inputs).toEqual({ x: { dtype, shape: [1, 4], data: new Numbers(length) } });
  });

  it('gets every input that the signature has, a scalar too', async () => {
    const specs = [input('float32', [null, 4], 'a'), input('int32', [], 'b'), input('bool', [2, 2], 'c')];
    expect(await inputsFor(specs)).toEqual({
      a: { dtype: 'float32', shape: [1, 4], data: new Float32Array(4) },
      b: { dtype: 'int32', shape: [], data: new Int32Array(1) },
      c: { dtype: 'bool', shape: [2, 2], data: new Uint8Array(4) },
    });
  });

  it.each([
    ['a shape that is open beyond the batch', input('float32', [null, null])],
    ['any shape', input('float32', null)],
    ['strings', input('string', [null])],
  ])('is left out where it would need %s', async (_, spec) => {
    expect(await inputsFor([spec])).toBeNull();
    expect(await inputsFor([input('float32', [null, 4], 'a'), spec])).toBeNull();
  });

  it.each<[TensorSpec['shape'], number[]]>([
    [[], []],
    [[null], [1]],
    [null, []],
  ])('gets an encoded picture where it takes strings %j of them', async (shape, expected) => {
    const inputs = await inputsFor([input('string', shape)], {}, input('string', shape, 'y'));
    expect(inputs!.x).toMatchObject({ dtype: 'string', shape: expected });
    expect(sniffFormat((inputs!.x!.data as Uint8Array[])[0]!)).toBe('PNG');
  });

  it('gets a JPEG where the model takes those', async () => {
    const inputs = await inputsFor([input('string', [])], { encoding: 'jpeg' }, input('string', [], 'y'));
    expect(sniffFormat((inputs!.x!.data as Uint8Array[])[0]!)).toBe('JPEG');
  });
});

describe('the other batch sizes', () => {
  async function rowsOfBatches(shapes: readonly TensorSpec['shape'][], sizes: number[]): Promise<number[][]> {
    const plan = planFor(shapes.map((shape, index) => input('float32', shape, `x${index}`)));
    const batches = [...warmUpBatches((await warmUpInputs(plan))!, sizes)];
    return batches.map((batch) => Object.values(batch).map(({ shape }) => shape[0]!));
  }

  it('are run after the first, which has one row, with all inputs that large', async () => {
    expect(await rowsOfBatches([[null, 8, 8, 3]], [1, 4, 16])).toEqual([[4], [16]]);
    expect(await rowsOfBatches([[null, 2], [null]], [2, 3])).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });
});
