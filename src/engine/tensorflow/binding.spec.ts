import { TensorFlowMissingError } from './binding.js';

describe('TensorFlowMissingError', () => {
  it('names the reason and the command that mends it', () => {
    const error = new TensorFlowMissingError('its addon is not built');
    expect(error.message).toBe(
      'TensorFlow cannot be loaded (its addon is not built): run npm run tensorflow, or npm run doctor to see what is missing.',
    );
    expect(error.reason).toBe('its addon is not built');
  });
});
