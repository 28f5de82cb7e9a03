import type { PixelRange } from '../graph/pixel-range.js';
import type { PreprocessingConfig } from '../preprocessing/preprocessing-config.js';
import { planModel } from './model-plan.js';
import { scaleContradiction } from './scale-contradiction.js';

function contradiction(takes: PixelRange | undefined, preprocessing: PreprocessingConfig): string | null {
  const image = { name: 'image', dtype: 'float32', shape: [null, 8, 8, 3], ...(takes && { takes }) } as const;
  const scores = { name: 'scores', dtype: 'float32', shape: [null, 3] } as const;
  const plan = planModel(
    { preprocessing },
    {
      signatures: { serving_default: { inputs: [image], outputs: [scores] } },
      rows: {},
      refused: {},
      declared: {},
      warnings: [],
      device: 'cpu',
      memoryBytes: 0,
      stateful: [],
      graph: { optimised: true },
    },
  );
  return scaleContradiction(plan);
}

describe('a scale in model.yaml', () => {
  it.each<[PixelRange | undefined, PreprocessingConfig]>([
    ['raw', {}],
    ['raw', { scale: 'auto' }],
    ['raw', { scale: 'raw' }],
    ['raw', { scale: { mean: 10 } }],
    ['unit', { scale: 'unit' }],
    ['unit', { scale: { scale: 1 / 255 } }],
    [undefined, { scale: 'tf' }],
  ])('agrees with a graph that takes %s: %j', (takes, config) => {
    expect(contradiction(takes, config)).toBeNull();
  });

  it('that scales what the graph scales itself is told', () => {
    expect(contradiction('raw', { scale: 'tf' })).toBe(
      'its graph scales raw pixels itself, but model.yaml says scale: tf; pixels are scaled twice.',
    );
    expect(contradiction('raw', { scale: { std: 255 } })).toBe(
      'its graph scales raw pixels itself, but model.yaml says scale: {"std":255}; pixels are scaled twice.',
    );
  });

  it('that leaves pixels as they are for a graph that takes 0…1 is told', () => {
    const told = 'its graph takes pixels from 0 to 1, but model.yaml says scale: ';
    expect(contradiction('unit', { scale: 'raw' })).toBe(`${told}raw.`);
    expect(contradiction('unit', { scale: { mean: 1 } })).toBe(`${told}{"mean":1}.`);
  });
});
