import { readSavedModel } from '../saved-model/saved-model-file.js';
import { isElementwise } from './elementwise.js';

const MODELS = 'test/fixtures';

describe('a signature', () => {
  it.each([
    // A convolution of its own constants beside the way from x to y.
    ['serving/pinned/1', 'serving_default', true],
    ['models/half_plus_two/1', 'serving_default', true],
    ['models/half_plus_two_serving/123', 'serving_default', true],
    // Its examples are parsed, which asks for a list of them.
    ['models/half_plus_two_serving/123', 'regress_x_to_y', false],
    ['models/echo/1', 'serving_default', true],
    ['models/signatures/1', 'scale', false],
    ['models/signatures/1', 'fixed', false],
    ['models/colours/1', 'serving_default', false],
    ['models/slow/1', 'serving_default', false],
  ])('of %s called %s takes any shape: %s', async (folder, name, expected) => {
    const model = await readSavedModel(`${MODELS}/${folder}`);
    expect(isElementwise(model, model.signatures.get(name)!)).toBe(expected);
  });
});
