import { aspiredVersions, type VersionPolicy } from './version-policy.js';

const latest = (count: number): VersionPolicy => ({ kind: 'latest', count });
const specific = (...versions: number[]): VersionPolicy => ({ kind: 'specific', versions });

it.each<[string, number[], VersionPolicy, number[]]>([
  ['The latest one is the highest', [1, 10, 9], latest(1), [10]],
  ['The latest two come highest first', [1, 10, 9], latest(2), [10, 9]],
  ['The latest none is the latest one', [1, 10, 9], latest(0), [10]],
  ['More than are there gives those that are there', [2, 1], latest(5), [2, 1]],
  ['All come highest first', [3, 20, 100], { kind: 'all' }, [100, 20, 3]],
  ['Those named are given and no other, highest first', [1, 2, 3], specific(1, 3), [3, 1]],
  ['One that is named and not there is left out', [1, 2], specific(2, 7), [2]],
  ['Naming none asks for none', [1, 2], specific(), []],
  ['A number found twice is one version', [4, 4, 2], { kind: 'all' }, [4, 2]],
  ['Where none is found none is asked for', [], latest(1), []],
])('%s', (_, found, policy, expected) => {
  expect(aspiredVersions(found, policy)).toEqual(expected);
});

it('The versions found keep their order', () => {
  const found = [1, 3, 2];
  aspiredVersions(found, { kind: 'all' });
  expect(found).toEqual([1, 3, 2]);
});
