import { isOlder, parseVersion } from './python.js';

describe('parseVersion', () => {
  it.each([
    ['Python 3.11.7\n', [3, 11, 7]],
    ['pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)', [23, 2, 1]],
    ['g++ (Debian 12.2.0-14) 12.2.0', [12, 2, 0]],
    ['command not found', undefined],
  ])('reads %j', (output, version) => expect(parseVersion(output)).toEqual(version));
});

describe('isOlder', () => {
  it.each([
    [[20, 3, 4], [20, 3], false],
    [[20, 2, 9], [20, 3], true],
    [[21], [20, 3], false],
    [[20], [20, 3], true],
  ])('%j against %j: %s', (version, oldest, older) => expect(isOlder(version, oldest)).toBe(older));
});
