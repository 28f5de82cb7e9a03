import { ConfigError } from '../../config/expect.js';
import type { Golden } from './golden.js';
import { readArray } from './golden-file.js';
import { type NpyArray, parseNpy } from './npy.js';
import { labelOf, type Subject } from './subject.js';

/** A golden's files, read. */
export interface Expected {
  readonly tensor?: NpyArray;
  /** By index; `undefined` where the golden leaves a class out. */
  readonly probabilities?: readonly (number | undefined)[];
  /** The index of its label. */
  readonly label?: number;
}

/**
 * @param classes how many the model has
 * @throws ConfigError where a file is not what it should be, or names a class that the model does not have
 */
export async function readExpected(golden: Golden, subject: Subject, classes: number): Promise<Expected> {
  const { name } = golden;
  const probabilities = await readProbabilities(golden, subject, classes);
  const label = golden.label === undefined ? undefined : indexOf(golden.label, name, subject, classes);
  return {
    ...(golden.tensor !== undefined && { tensor: await readTensor(golden) }),
    ...(probabilities && { probabilities }),
    ...(label !== undefined && { label }),
  };
}

/** The input of a golden that has one. */
export function readTensor({ name, tensor }: Golden): Promise<NpyArray> {
  return readNpy(tensor!, `the tensor of ${name}`);
}

async function readProbabilities(
  { name, probabilities: given }: Golden,
  subject: Subject,
  classes: number,
): Promise<readonly (number | undefined)[] | undefined> {
  if (given === undefined) return undefined;
  const shown = `the probabilities of ${name}`;
  const list = typeof given === 'string' ? [...(await readNpy(given, shown)).data] : given;
  if (isList(list)) {
    if (list.length === classes) return list;
    // As a model with one score gives it to its training code.
    if (list.length === 1 && isBinary(subject)) return [1 - list[0]!, list[0]!];
    throw new ConfigError(`Expected ${classes} numbers for ${shown} but received ${list.length}.`);
  }
  const byIndex = Array.from({ length: classes }, (): number | undefined => undefined);
  for (const [label, value] of Object.entries(list)) byIndex[indexOf(label, name, subject, classes)] = value;
  return byIndex;
}

function isBinary({ plan }: Subject): boolean {
  return plan.task === 'classification' && plan.isBinary;
}

function isList(given: object): given is readonly number[] {
  return Array.isArray(given);
}

/** Two classes may have one name: then the first stands for both. */
function indexOf(label: string, name: string, subject: Subject, classes: number): number {
  if (subject.plan.task !== 'classification') {
    throw new ConfigError(
      `${name} expects the label ${label}, but the model is no classification: its goldens have a tensor.`,
    );
  }
  for (let index = 0; index < classes; index += 1) if (labelOf(subject, index) === label) return index;
  throw new ConfigError(`${name} expects the label ${JSON.stringify(label)}, which the model does not have.`);
}

async function readNpy(path: string, shown: string): Promise<NpyArray> {
  return parseNpy(await readArray(path, shown), shown);
}
