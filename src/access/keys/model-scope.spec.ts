import type { ApiKey } from './api-key.js';
import { assertModelAllowed, mayUse } from './model-scope.js';

const key = (models: ApiKey['models']): ApiKey => ({
  id: 'a',
  name: 'a',
  models,
  scopes: ['predict'],
  rateLimit: null,
  priority: 'normal',
  expiresAt: null,
});

describe('the models of a key', () => {
  it.each([
    ['no key is asked for', undefined, true],
    ['it is for every model', key(null), true],
    ['it names the model', key(['denoise', 'shapes']), true],
    ['it names others', key(['denoise']), false],
    ['it names another that begins alike', key(['shapes-2']), false],
  ])('when %s', (_, apiKey, allowed) => expect(mayUse(apiKey, 'shapes')).toBe(allowed));

  it('are named when it asks for another', () => {
    expect(() => assertModelAllowed(key(['denoise', 'depth']), 'shapes')).toThrow(
      expect.objectContaining({
        code: 'KEY_FORBIDDEN',
        message: 'This API key may not use the model "shapes"; it is for denoise, depth.',
      }),
    );
  });
});
