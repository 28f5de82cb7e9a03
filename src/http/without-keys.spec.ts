import { createKey } from '../access/keys/api-key.js';
import { withoutKeys } from './without-keys.js';

const { id, text } = createKey();

describe('what a log has of a path', () => {
  it.each([
    ['a key', `/models/${text}/predict`, `/models/tn_${id}_…/predict`],
    ['a key cut short', `/${text.slice(0, 30)}`, `/tn_${id}_…`],
    ['a key with more behind it', `/${text}abc`, `/tn_${id}_…`],
    ['an escaped key', `/a%20b/%74n%5F${text.slice(3)}`, `/a%20b/tn_${id}_…`],
    ['two keys', `/${text}/${text}`, `/tn_${id}_…/tn_${id}_…`],
  ])('is without the secret of %s', (_, path, logged) => {
    expect(withoutKeys(path)).toBe(logged);
  });

  it.each(['/models/tn_small/predict', '/models/a%20b/predict', '/v1/models/m:predict', '/%zz', '/100%'])(
    'is as it came where there is none: %s',
    (path) => {
      expect(withoutKeys(path)).toBe(path);
    },
  );
});
