import type { SavedSignature } from '../../saved-model/signature.js';
import { EngineError, type NamedTensors } from '../engine.js';
import type { Tensor } from '../tensor.js';
import { compareTensors } from '../tensor-difference.js';
import { madeUpInputs } from './made-up-inputs.js';
import type { Session } from './session.js';

/**
 * The largest difference that rounding may make, as a part of the largest number of the output (of 1, if that is less). Constants let
 * TensorFlow choose other kernels, and a deep network multiplies what these round differently: 2e-4 was seen, with EfficientNetB0. A wrong
 * rewriting is off by far more.
 */
const TOLERANCE = 1e-3;

/** Where the signature leaves a height or width open, the first of these that the model runs with. */
const OPEN_SIZES = [64, 224, 1];

/**
 * Runs two forms of a model on the same made-up inputs and compares all outputs: decimals within the tolerance, everything else
 * exactly.
 * @param original on the CPU, as the other: a GPU keeps 10 bits of each factor of a convolution (TF32), which MobileNetV2 made 3.5 % of the
 * largest number
 * @returns why they cannot be taken for the same, as a sentence, for each signature of which they cannot
 */
export async function differences(
  original: Session,
  rewritten: Session,
  signatures: ReadonlyMap<string, SavedSignature>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [name, signature] of signatures) {
    const reason = await difference(original, rewritten, name, signature);
    if (reason !== null) found.set(name, reason);
  }
  return found;
}

async function difference(
  original: Session,
  rewritten: Session,
  name: string,
  signature: SavedSignature,
): Promise<string | null> {
  // Pictures as models take them: scaled to 1, and raw.
  for (const [seed, most] of [1, 255].entries()) {
    const run = await firstRun(original, name, signature, seed, most);
    if (!run)
      return `No input could be made up with which its signature ${name} runs on the CPU, to compare the answers.`;
    const answers = answersOf(rewritten, name, run.inputs);
    if (!answers) return `Its signature ${name} could not be run.`;
    for (const [output, expected] of Object.entries(run.answers)) {
      const fault = differs(expected, answers[output]!, TOLERANCE);
      if (fault) return `Its output ${output} of ${name} came out differently: ${fault}.`;
    }
  }
  return null;
}

function answersOf(session: Session, name: string, inputs: NamedTensors): NamedTensors | null {
  try {
    return session.run(name, inputs);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

async function firstRun(
  original: Session,
  name: string,
  { inputs }: SavedSignature,
  seed: number,
  most: number,
): Promise<{ inputs: NamedTensors; answers: NamedTensors } | null> {
  for (const other of OPEN_SIZES) {
    const made = await madeUpInputs(inputs, { batch: 2, other }, seed, most);
    const answers = answersOf(original, name, made);
    if (answers) return { inputs: made, answers };
  }
  return null;
}

/** @returns what differs, as part of a sentence; `null` if nothing does */
export function differs(expected: Tensor, found: Tensor, tolerance: number): string | null {
  const { worst, largest, says } = compareTensors(expected, found);
  if (says !== undefined) return says;
  const isDecimal = /^(b?float|complex)/.test(expected.dtype);
  const allowed = isDecimal ? tolerance * largest : 0;
  return worst <= allowed ? null : `by ${worst.toPrecision(2)} where ${allowed.toPrecision(2)} is allowed`;
}
