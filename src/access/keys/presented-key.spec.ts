import { createKey } from './api-key.js';
import { presentedKey } from './presented-key.js';

const { text } = createKey();

describe('the key a request presents', () => {
  it.each([
    [{ 'x-api-key': 'k' }],
    [{ authorization: 'Bearer k' }],
    [{ authorization: 'bearer   k ' }],
    [{ 'x-api-key': 'k', authorization: 'Bearer k' }],
    [{ 'x-api-key': 'k', authorization: 'Basic eDp5' }],
    [{ 'x-api-key': '', authorization: 'Bearer k' }],
  ])('is found in %j', (headers) => expect(presentedKey(headers, '/predict?topK=3')).toBe('k'));

  it.each([[{}], [{ 'x-api-key': '' }], [{ authorization: 'Bearer ' }], [{ authorization: 'Basic eDp5' }]])(
    'is missing in %j',
    (headers) =>
      expect(() => presentedKey(headers, '/')).toThrow(expect.objectContaining({ code: 'KEY_MISSING' })),
  );

  it('is refused when two headers give two', () => {
    const headers = { 'x-api-key': 'a', authorization: 'Bearer b' };
    expect(() => presentedKey(headers, '/')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });

  it.each(['/?api_key=k', '/?a=1&ApiKey=k', '/?X-API-Key=k', '/?access_token=k', `/?q=${text}`])(
    'is refused in the query string, even beside a header: %s',
    (url) =>
      expect(() => presentedKey({ 'x-api-key': text }, url)).toThrow(
        /in the query string .* X-API-Key header/,
      ),
  );
});
