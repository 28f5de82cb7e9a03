/** What a document may have at most. */
export interface JsonLimits {
  /** Numbers, which cost 9 bytes each. */
  readonly maxNumbers: number;
  /** Values that cost an object each: texts, objects, lists and numbers that are not part of a list of one shape. */
  readonly maxValues: number;
  /** Bytes of all names of members together. */
  readonly maxNameBytes: number;
  /** Lists and objects within each other. */
  readonly maxDepth: number;
  /** Whether nothing may follow the first value, as `JSON.parse` has it. */
  readonly isWhole: boolean;
}

export const UNLIMITED: JsonLimits = {
  maxNumbers: Infinity,
  maxValues: Infinity,
  maxNameBytes: Infinity,
  maxDepth: Infinity,
  isWhole: false,
};

/** A text that has more than is allowed, JSON or not. */
export class JsonTooLargeError extends Error {
  constructor(
    readonly what: 'numbers' | 'values' | 'names',
    readonly most: number,
  ) {
    super(`The JSON has more than ${most} ${what === 'names' ? 'bytes of names' : what}.`);
    this.name = 'JsonTooLargeError';
  }
}
