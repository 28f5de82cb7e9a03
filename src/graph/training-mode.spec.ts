import { readSavedModel } from '../saved-model/saved-model-file.js';
import { sayTrainingMode, trainingMode } from './training-mode.js';

const modeOf = async (fixture: string) => trainingMode(await readSavedModel(`test/fixtures/${fixture}/1`));

describe('a model runs as in training', () => {
  it.each([
    [
      'scaling/augmented',
      { draws: 'StatelessRandomUniformV2', changes: expect.stringContaining('seed_generator') },
    ],
    ['graphs/random', { draws: 'RandomUniform' }],
    ['graphs/statistics_of_a_batch_norm', { norms: 'FusedBatchNormV3' }],
  ])('where it draws, norms a batch or moves its variables on: %s', async (fixture, mode) => {
    expect(await modeOf(fixture)).toEqual(mode);
  });

  it.each([
    'graphs/counter',
    'graphs/random_of_a_seed',
    'graphs/batch_norms',
    'graphs/while',
    'scaling/center_crop',
    'scaling/adapted',
  ])('and not where it counts, draws the same each time or does nothing of the kind: %s', async (fixture) => {
    expect(await modeOf(fixture)).toBeNull();
  });

  it('which is told with what to do', () => {
    expect(sayTrainingMode({ norms: 'FusedBatchNormV3', changes: 'moving_mean' })).toBe(
      'it runs as in training: it norms a batch by its own mean and variance (FusedBatchNormV3), so that an answer depends on what runs with it; ' +
        'each run changes its variable moving_mean. Serve the model.keras that model.save() writes, or export it with training=False, ' +
        'as docs/model-yaml.md shows: model.export() of Keras 3 leaves augmentation switched on.',
    );
  });
});
