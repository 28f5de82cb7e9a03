import type { SavedSignature } from '../../saved-model/signature.js';
import { EngineError, type NamedTensors } from '../engine.js';
import { madeUpInputs, OPEN_SIZES } from '../made-up-inputs.js';
import { differs, TOLERANCE } from '../same-answer.js';
import type { Session } from './session.js';

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
