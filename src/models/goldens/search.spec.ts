import { jest } from '@jest/globals';
import type { InputSpec } from '../../engine/tensor.js';
import { ServingError } from '../../errors/serving-error.js';
import type { PreprocessingConfig } from '../../preprocessing/preprocessing-config.js';
import {
  type Candidate,
  otherDecoders,
  otherFilters,
  otherFits,
  otherPillows,
  planOf,
} from './candidates.js';
import { nearest, PATIENCE_S } from './search.js';

const SPEC: InputSpec = { name: 'x', dtype: 'float32', shape: [-1, 64, 64, 3] };

function candidate(config: PreprocessingConfig): Candidate {
  return { config, plan: planOf(config, SPEC)! };
}

const START = candidate({ resampling: 'bilinear' });

afterEach(() => jest.restoreAllMocks());

it('goes one way after the other, each from the best before', async () => {
  const { best, search } = await nearest(START, SPEC, [otherFilters, otherDecoders], async ({ config }) => {
    const filter = config.resampling === 'opencv.linear' ? 1 : 3;
    return config.decoder === 'tensorflow' ? filter / 2 : filter;
  });
  expect(best.config).toEqual({ resampling: 'opencv.linear', decoder: 'tensorflow' });
  expect(search).toMatchObject({ unread: 0, isCut: false });
});

it('tries each preprocessing once, however it is said, and counts those that cannot read the picture', async () => {
  const tried: string[] = [];
  const { best, search } = await nearest(START, SPEC, [otherDecoders, otherPillows], async ({ plan }) => {
    tried.push(JSON.stringify(plan));
    if (plan.decoder === 'tensorflow') throw new ServingError('IMAGE_UNREADABLE', 'It cannot be decoded.');
    return 1;
  });
  expect(best).toBe(START);
  expect(search).toEqual({ tried: 2, unread: 1, isCut: false });
  expect(new Set(tried).size).toBe(tried.length);
});

it('ends where nothing can be nearer', async () => {
  const { search } = await nearest(START, SPEC, [otherFilters], async ({ plan }) =>
    plan.resampling === 'box' ? 0 : 1,
  );
  expect(search).toEqual({ tried: 2, unread: 0, isCut: false });
});

it('is cut where it takes too long, and says so', async () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const { best, search } = await nearest(START, SPEC, [otherFilters], async ({ plan }) => {
    now += 600 * PATIENCE_S;
    return plan.resampling === 'box' ? 1 : 2;
  });
  expect(search).toEqual({ tried: 1, unread: 0, isCut: true });
  expect(best).toBe(START);
});

it('does not take what is wrong with the search itself for a picture that cannot be read', async () => {
  const fault = new Error('This is a bug.');
  await expect(nearest(START, SPEC, [otherDecoders], () => Promise.reject(fault))).rejects.toBe(fault);
});

describe('how pictures came to the size is found whichever library did it', () => {
  const WAYS = [otherFits, otherFilters, otherFits];
  // Between two plans: what differs in size weighs most, then the filter.
  const distance = (one: Candidate['plan'], other: Candidate['plan']) => {
    const crops = (plan: Candidate['plan']) => ['crop', 'keras-crop', 'fit'].includes(plan.resize);
    const pads = (plan: Candidate['plan']) => ['letterbox', 'keras-pad', 'pad'].includes(plan.resize);
    const likeness = crops(one) === crops(other) && pads(one) === pads(other) ? 1 : 0;
    return (
      9 -
      6 * likeness -
      (one.resampling === other.resampling ? 2 : 0) -
      (one.resize === other.resize && one.resampling === other.resampling ? 1 : 0)
    );
  };

  it.each([
    ['keras-crop', 'tensorflow.bilinear'],
    ['keras-crop', 'nearest'],
    ['keras-pad', 'tensorflow.area'],
    ['letterbox', 'tensorflow.bilinear'],
    ['fit', 'lanczos'],
    ['pad', 'bicubic'],
    ['stretch', 'opencv.area'],
  ] as const)('%s by %s', async (resize, resampling) => {
    const wanted = candidate({ resize, resampling }).plan;
    for (const start of ['bilinear', 'tensorflow.bicubic', 'opencv.linear'] as const) {
      const { best } = await nearest(candidate({ resampling: start }), SPEC, WAYS, async ({ plan }) =>
        distance(plan, wanted),
      );
      expect(best.plan).toMatchObject({ resize, resampling });
    }
  });
});
