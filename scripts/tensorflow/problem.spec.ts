import { asProblem, Problem } from './problem.js';

const refusal = (code: string, paths: object) => Object.assign(new Error(code), { code, ...paths });

describe('asProblem', () => {
  it('keeps a Problem as it is', () => {
    const problem = new Problem('x');
    expect(asProblem(problem)).toBe(problem);
  });

  it.each([
    [
      'EACCES',
      { path: '/cache/x', dest: '/app/deps' },
      /^\/app\/deps cannot be written \(EACCES\): it belongs/,
    ],
    ['EROFS', { path: '/app' }, /^\/app cannot be written \(EROFS\): its disk is read-only\.$/],
    ['ENOSPC', { path: '/app' }, /disk is full/],
  ])('says what %s means, and for which path', (code, paths, sentence) => {
    expect(asProblem(refusal(code, paths))?.message).toMatch(sentence);
  });

  it.each([
    ['a bug', new TypeError('x')],
    ['another refusal', refusal('ENOENT', { path: '/app' })],
  ])('takes %s for none', (_, error) => expect(asProblem(error)).toBeUndefined());
});
