import { ConfigError } from '../config/expect.js';

/** What is answered for an index that the file leaves out. */
const UNKNOWN = 'Unknown';

/** One line of a label file. */
export interface Label {
  readonly name: string;
  /** What the data set calls the class: `n11939491` of ImageNet. */
  readonly id?: string;
}

/** The names of a model's classes, by index. Immutable. */
export class Labels {
  /** One more than the largest index of the file, named or not: how many outputs the model should have. */
  readonly size: number;

  constructor(
    private readonly labels: ReadonlyMap<number, Label>,
    size: number,
  ) {
    this.size = size;
  }

  /** `Unknown` for an index without a name. */
  name(index: number): string {
    return this.labels.get(index)?.name ?? UNKNOWN;
  }

  id(index: number): string | undefined {
    return this.labels.get(index)?.id;
  }
}

/**
 * Holds a label file against the model it is for: a wrong file answers confidently with wrong names.
 * @throws ConfigError when the model does not give one score per label
 */
export function checkLength(labels: Labels, outputs: number, file: string, model: string): void {
  if (labels.size === outputs) return;
  throw new ConfigError(
    `Expected ${outputs} labels for model ${model} (one for each of its outputs) but received ${labels.size} in ${file}.`,
  );
}

/**
 * The same for a model with one score, which is that of the second of two classes.
 * @throws ConfigError
 */
export function checkBinary(labels: Labels, file: string, model: string): void {
  if (labels.size === 2) return;
  throw new ConfigError(
    `Expected 2 labels for model ${model} (its one output is the score of the second) but received ${labels.size} in ${file}.`,
  );
}
