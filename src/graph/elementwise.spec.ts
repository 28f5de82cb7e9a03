import { readSavedModel } from '../saved-model/saved-model-file.js';
import { isElementwise } from './elementwise.js';

const MODELS = 'test/fixtures/models';

describe('a signature', () => {
  it.each([
    ['half_plus_two/1', 'serving_default', true],
    ['half_plus_two_serving/123', 'serving_default', true],
    // Its examples are parsed, which asks for a list of them.
    ['half_plus_two_serving/123', 'regress_x_to_y', false],
    ['echo/1', 'serving_default', true],
    ['signatures/1', 'scale', false],
    ['signatures/1', 'fixed', false],
    ['colours/1', 'serving_default', false],
    ['slow/1', 'serving_default', false],
  ])('of %s called %s takes any shape: %s', async (folder, name, expected) => {
    const model = await readSavedModel(`${MODELS}/${folder}`);
    expect(isElementwise(model, model.signatures.get(name)!)).toBe(expected);
  });
});
