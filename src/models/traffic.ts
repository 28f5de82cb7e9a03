import { createHash } from 'node:crypto';
import type { CanaryConfig, VersionChoice } from './serving-config.js';

/** Who sends a request, as far as it decides which version answers. */
export interface Caller {
  /** The API key's id, which is no secret; `undefined` where none is asked for. */
  readonly keyId: string | undefined;
  /** The value of a header; its name in lower case. */
  header(name: string): string | undefined;
}

/** For requests of the server's own. */
export const NOBODY: Caller = { keyId: undefined, header: () => undefined };

/**
 * Of the versions that serve, the one that a request gets which names none: as at TensorFlow Serving the largest
 * (`core/aspired_versions_manager.cc`), but neither the canary nor the shadow, as long as there is another.
 * @param serving in descending order
 */
export function defaultVersion(
  serving: readonly number[],
  aside: readonly (number | undefined)[],
): number | undefined {
  return serving.find((version) => !aside.includes(version)) ?? serving[0];
}

/** Whether a caller at `point`, from 0 up to 1, is within a share. */
export function isWithin(share: number, point: number): boolean {
  return point < share;
}

/**
 * A caller's place from 0 up to 1, always the same for the same caller and model; for one whom nothing tells from others,
 * anywhere. Callers who were within a share still are when it grows.
 */
export function pointOf(model: string, caller: Caller, { header }: Pick<CanaryConfig, 'header'>): number {
  const identity = (header === undefined ? undefined : caller.header(header)) ?? caller.keyId;
  if (identity === undefined) return Math.random();
  return createHash('sha256').update(`${model}\0${identity}`).digest().readUInt32LE(0) / 2 ** 32;
}

/** The number of a version that may be named by its label. */
export function versionOf(choice: VersionChoice, labels: ReadonlyMap<string, number>): number | undefined {
  return 'version' in choice ? choice.version : labels.get(choice.label);
}

/** The versions that a canary or a shadow names, by number or by label. */
export function namedVersions(
  labels: Readonly<Record<string, number>>,
  ...choices: readonly ({ readonly to: VersionChoice } | undefined)[]
): number[] {
  const all = new Map(Object.entries(labels));
  return choices.flatMap((choice) => (choice && versionOf(choice.to, all)) ?? []);
}
