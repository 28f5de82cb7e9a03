import { servedVersions } from './served-versions.js';
import type { ServingConfig } from './serving-config.js';

const served = (found: number[], config: Partial<ServingConfig>): number[] =>
  [...servedVersions(found, config)].toSorted((a, b) => a - b);
const canary = (to: { version: number } | { label: string }) => ({ to, share: 0.1, header: undefined });
const shadow = (to: { version: number } | { label: string }) => ({ to, share: 0.1, tolerance: 0.001 });

describe('which versions are served', () => {
  it.each([
    ['the highest by default', [1, 2, 10], {}, [10]],
    ['none of none', [], {}, []],
    [
      'those of the policy',
      [1, 2, 3],
      { versions: { kind: 'specific', versions: [1, 3, 7] } as const },
      [1, 3],
    ],
    ['all, if the policy says so', [1, 2, 3], { versions: { kind: 'all' } as const }, [1, 2, 3]],
    ['the labelled ones as well', [1, 2, 3], { versionLabels: { stable: 1 } }, [1, 3]],
    [
      'only those of the policy, whatever the labels name',
      [1, 2, 3],
      { versions: { kind: 'latest', count: 1 } as const, versionLabels: { stable: 1 } },
      [3],
    ],
    ['a canary beside the highest other', [1, 2, 3], { canary: canary({ version: 3 }) }, [2, 3]],
    [
      'a canary named by its label',
      [1, 2, 3],
      { versionLabels: { next: 2 }, canary: canary({ label: 'next' }) },
      [2, 3],
    ],
    ['a shadow beside the highest other', [4, 5], { shadow: shadow({ version: 5 }) }, [4, 5]],
    [
      'canary and shadow beside the highest other',
      [1, 2, 3],
      { canary: canary({ version: 3 }), shadow: shadow({ version: 2 }) },
      [1, 2, 3],
    ],
    ['a canary alone, where there is no other', [3], { canary: canary({ version: 3 }) }, [3]],
    ['the highest, where the canary is not there', [1, 2], { canary: canary({ version: 3 }) }, [2]],
  ])('are %s', (_, found, config, expected) => {
    expect(served(found, config)).toEqual(expected);
  });
});
