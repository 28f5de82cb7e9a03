import type { ServingConfig } from './serving-config.js';
import { namedVersions } from './traffic.js';
import { aspiredVersions } from './version-policy.js';

/**
 * Which of the versions that were found shall be served: those of the policy or, where `model.yaml` has none, those that its labels,
 * its canary and its shadow name, and the highest that is neither canary nor shadow.
 */
export function servedVersions(
  found: readonly number[],
  config: Partial<ServingConfig>,
): ReadonlySet<number> {
  if (config.versions) return new Set(aspiredVersions(found, config.versions));
  const { canary, shadow, versionLabels = {} } = config;
  const aside = namedVersions(versionLabels, canary, shadow);
  const others = found.filter((version) => !aside.includes(version));
  const wanted = [
    ...aside,
    ...Object.values(versionLabels),
    ...aspiredVersions(others, { kind: 'latest', count: 1 }),
  ];
  return new Set(found.filter((version) => wanted.includes(version)));
}
