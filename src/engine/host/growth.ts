/** An engine host at one moment. */
export interface HostSize {
  /** What its process takes of the machine's memory. */
  readonly residentBytes: number;
  /** What the files of its models measure. */
  readonly modelBytes: number;
}

export interface GrowthLimits {
  /** By how much a host may exceed what a fresh one would take: this share of it, */
  readonly share: number;
  /** and at least so many bytes. */
  readonly leastBytes: number;
}

/** Models measure the same if they differ by less: the next version of a model is as large as the one before. */
const SAME_SIZE = 0.05;

/**
 * What a fresh host with models of `modelBytes` would take, as one did with the models that are known. `null` if they are more than
 * those: what the others would add is not known. A model's files tell which part of the memory is its own; they do not tell how much
 * that is, which differs a hundredfold between kinds of models.
 * @param emptyBytes what a host without models takes
 */
export function freshBytes(known: HostSize, emptyBytes: number, modelBytes: number): number | null {
  if (modelBytes > known.modelBytes * (1 + SAME_SIZE)) return null;
  if (known.modelBytes === 0) return known.residentBytes;
  const ofModels = Math.max(0, known.residentBytes - emptyBytes);
  return known.residentBytes - ofModels * Math.max(0, 1 - modelBytes / known.modelBytes);
}

/** Whether a host that takes `residentBytes` is worth replacing by one that would take `fresh`. */
export function hasGrown(residentBytes: number, fresh: number, { share, leastBytes }: GrowthLimits): boolean {
  return residentBytes - fresh > Math.max(fresh * share, leastBytes);
}
