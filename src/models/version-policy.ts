/** Which versions of a model are served, of those that are there (TensorFlow Serving's `ServableVersionPolicy`). */
export type VersionPolicy =
  /** The highest ones; a count of 0 means 1. */
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  /** Those named; one that is not there is served once it is. */
  | { readonly kind: 'specific'; readonly versions: readonly number[] };

/** The versions that a policy asks for, of those found, the highest first, each once. */
export function aspiredVersions(found: readonly number[], policy: VersionPolicy): number[] {
  const descending = [...new Set(found)].toSorted((a, b) => b - a);
  switch (policy.kind) {
    case 'latest':
      return descending.slice(0, Math.max(1, policy.count));
    case 'all':
      return descending;
    case 'specific':
      return descending.filter((version) => policy.versions.includes(version));
  }
}
