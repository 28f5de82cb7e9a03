import sharp from 'sharp';
import type { LoadedModel, Signature } from '../engine/engine.js';
import type { TensorSpec } from '../engine/tensor.js';
import type { ModelConfig } from '../models/model-config.js';
import { type ModelPlan, planModel } from '../models/model-plan.js';
import { madeUpBatch, rowNoun, takesAnySize } from './made-up-batch.js';

const spec = (name: string, dtype: TensorSpec['dtype'], shape: TensorSpec['shape']): TensorSpec => ({
  name,
  dtype,
  shape,
});
const SCORES = spec('scores', 'float32', [null, 10]);

function plan(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[] = [SCORES],
  config: Partial<ModelConfig> = {},
): ModelPlan {
  const signature: Signature = { inputs, outputs };
  const loaded = {
    signatures: { serving_default: signature },
    rows: { serving_default: { independent: true } },
    stateful: [],
    refused: {},
  } as unknown as LoadedModel;
  return planModel(config, loaded);
}

const PICTURE = plan([spec('x', 'float32', [null, 8, 9, 3])]);
const ANY_SIZE = plan([spec('x', 'float32', [null, null, null, 3])]);
const STRINGS = plan([spec('x', 'string', [null])], [spec('y', 'string', [null])], { encoding: 'jpeg' });

describe('a batch that is made up', () => {
  it('is of pixels as the line sends them, and not of one value', async () => {
    const { x } = await madeUpBatch(PICTURE, 4, 16);
    expect(x).toMatchObject({ dtype: 'uint8', shape: [4, 8, 9, 3], normalise: { dtype: 'float32' } });
    expect(new Set(x!.data as Uint8Array).size).toBeGreaterThan(100);
  });

  it('is of fractions where the line sends those', async () => {
    const preprocessing = { resampling: 'tensorflow.bilinear' } as const;
    const [sized, open] = [
      [null, 8, 9, 3],
      [null, null, null, 3],
    ].map((shape) => plan([spec('x', 'float32', shape)], [SCORES], { preprocessing }));
    expect((await madeUpBatch(sized!, 4, 16)).x).toMatchObject({ dtype: 'float32', shape: [4, 8, 9, 3] });
    expect((await madeUpBatch(open!, 4, 16)).x).toMatchObject({ dtype: 'uint8', shape: [4, 16, 16, 3] });
  });

  it('is of pictures of a given side where the model takes any size', async () => {
    expect((await madeUpBatch(ANY_SIZE, 2, 16)).x).toMatchObject({ shape: [2, 16, 16, 3] });
    expect([takesAnySize(PICTURE), takesAnySize(ANY_SIZE), takesAnySize(STRINGS)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('keeps to the largest picture that model.yaml allows', async () => {
    const small = plan([spec('x', 'float32', [null, null, null, 3])], [SCORES], { maxPixels: 100 });
    expect((await madeUpBatch(small, 2, 16)).x).toMatchObject({ shape: [2, 10, 10, 3] });
  });

  it('is of encoded pictures for a model that takes them', async () => {
    const { x } = await madeUpBatch(STRINGS, 3, 16);
    expect(x).toMatchObject({ dtype: 'string', shape: [3] });
    expect(await sharp((x!.data as Uint8Array[])[2]).metadata()).toMatchObject({ format: 'jpeg', width: 16 });
  });

  it('is of numbers for each input', async () => {
    const numbers = plan([
      spec('a', 'float32', [null, 2]),
      spec('b', 'int64', [null]),
      spec('c', 'float16', [null, 3]),
    ]);
    const batch = await madeUpBatch(numbers, 5, 16);
    expect(Object.values(batch).map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['float32', [5, 2]],
      ['int64', [5]],
      ['float16', [5, 3]],
    ]);
    expect([rowNoun(numbers), rowNoun(PICTURE), rowNoun(STRINGS)]).toEqual(['rows', 'pictures', 'pictures']);
  });

  it.each<[string, ModelPlan, string]>([
    ['a first dimension of one size', plan([spec('x', 'float32', [1, 8, 8, 3])]), 'one request at a time'],
    [
      'an output without a batch',
      plan([spec('x', 'float32', [null, 2])], [spec('y', 'float32', [])]),
      '(x float32 [?, 2], y float32 [])',
    ],
    ['pictures without a batch', plan([spec('x', 'float32', [8, 9, 3])]), 'one request at a time'],
    [
      'strings that are no pictures',
      plan([spec('x', 'string', [null])]),
      'what belongs into it cannot be made up',
    ],
    [
      'open sizes that are not a picture’s',
      plan([spec('x', 'float32', [null, null])]),
      'The input x of the model is float32 [?, ?]',
    ],
  ])('cannot be had of a model with %s', async (_, refused, sentence) => {
    await expect(madeUpBatch(refused, 2, 16)).rejects.toThrow(sentence);
  });
});
