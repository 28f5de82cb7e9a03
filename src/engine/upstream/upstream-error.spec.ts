import { answeredError } from './upstream-error.js';

const answer = (status: number, body: string, type = 'application/json') => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
});
const errorOf = (...of: Parameters<typeof answer>) => {
  const error = answeredError(answer(...of));
  return error && [error.kind, error.message];
};

describe('the answer of a remote server', () => {
  it.each([200, 201, 204])('with the status %d is no error', (status) => {
    expect(answeredError(answer(status, '{"error":"none"}'))).toBeUndefined();
  });

  it.each([
    [400, 'input'],
    [413, 'input'],
    [422, 'input'],
    [429, 'upstream-unavailable'],
    [503, 'upstream-unavailable'],
    [504, 'upstream-timeout'],
    [302, 'upstream-failed'],
    [401, 'upstream-failed'],
    [404, 'upstream-failed'],
    [500, 'upstream-failed'],
    [501, 'upstream-failed'],
    [502, 'upstream-failed'],
  ])('with the status %d is %s, with what it says', (status, kind) => {
    const sentence = `The remote server answered ${status}: Servable not found.`;
    expect(errorOf(status, '{"error":"Servable not found."}')).toEqual([kind, sentence]);
  });

  it.each([
    ['nothing', '', 'application/json'],
    ['HTML, which is for browsers', '<html><h1>502 Bad Gateway</h1></html>', 'text/html'],
    ['JSON that is none', '{"error":', 'application/json'],
    ['JSON without an error', '{"status":"bad"}', 'application/json'],
    ['JSON that is no object', 'null', 'application/json'],
    ['bytes', '\u0000\u0001', 'application/octet-stream'],
  ])('is told without words where it says %s', (_, body, type) => {
    expect(errorOf(500, body, type)).toEqual(['upstream-failed', 'The remote server answered 500.']);
  });

  it.each([
    ['a text', 'Internal Server Error', 'text/plain; charset=utf-8', 'Internal Server Error'],
    ['FastAPI’s text', '{"detail":"Not Found"}', 'application/json', 'Not Found'],
    ['FastAPI’s list', '{"detail":[{"loc":["body"]}]}', 'application/json', '[{"loc":["body"]}]'],
    ['JSON not called so', '{"error":"no"}', 'text/plain', 'no'],
    ['lines and control characters', '{"error":"a\\n\\u001b[31mb\\u2028c"}', 'application/json', 'a [31mb c'],
  ])('is told in the words of %s', (_, body, type, said) => {
    expect(errorOf(500, body, type)).toEqual(['upstream-failed', `The remote server answered 500: ${said}`]);
  });

  it('is told in so many words and no more', () => {
    const [, message] = errorOf(500, JSON.stringify({ error: 'x'.repeat(100_000) })) ?? [];
    expect(message).toBe('The remote server answered 500.');
    const [, shorter] = errorOf(500, JSON.stringify({ error: 'x'.repeat(10_000) })) ?? [];
    expect(shorter).toBe(`The remote server answered 500: ${'x'.repeat(299)}…`);
  });
});
