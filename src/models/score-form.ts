import { type DType, isFloat, type TensorSpec } from '../engine/tensor.js';

/** How an output may hold the scores of one picture. */
export interface ScoreForm {
  /** How many there are; `null` where the signature leaves it open. */
  readonly classes: number | null;
  /** Whether such an output mostly holds scores: real numbers `[batch, classes]`, or `[classes]`. */
  readonly sure: boolean;
}

/** An output that may hold the scores. */
export interface ScoresOutput extends ScoreForm {
  readonly spec: TensorSpec;
}

const NO_SCORES: ReadonlySet<DType> = new Set(['string', 'bool', 'complex64', 'complex128']);

/**
 * Reads an output as the scores of a picture: one row of numbers, whatever dimensions of one stand around it (`[batch, 1, 1, classes]` of a
 * convolution in the place of a dense layer). One whole number is none: it is a class's index, or a count.
 * @param batched whether the picture's input has a batch dimension
 * @returns `null` where it cannot be that; where its rank is unknown, it can
 */
export function scoreForm({ dtype, shape }: TensorSpec, batched: boolean): ScoreForm | null {
  if (NO_SCORES.has(dtype)) return null;
  if (shape === null) return { classes: null, sure: false };
  const isReal = isFloat(dtype);
  const [first, ...others] = shape;
  if (first === undefined) return null;
  if (others.length === 0) {
    // Of a batch of any size it is one number for each picture.
    const classes = first === null && batched ? 1 : first;
    if (classes === null || (classes === 1 && !isReal)) return null;
    return { classes, sure: isReal && first !== null && (classes > 1 || !batched) };
  }
  const [classes = 1, another] = others.filter((size) => size !== 1);
  if (another !== undefined || (others.length > 1 && first !== null && first !== 1)) return null;
  if (classes === 1 && !isReal) return null;
  return { classes, sure: isReal && others.length === 1 };
}

/** The outputs that may hold the scores of a picture: none of a model that finds boxes in it. */
export function scoresOutputs(outputs: readonly TensorSpec[], batched: boolean): readonly ScoresOutput[] {
  if (outputs.some((spec) => boxesBeside(spec, outputs, batched))) return [];
  return outputs.flatMap((spec) => {
    const form = scoreForm(spec, batched);
    return form ? [{ spec, ...form }] : [];
  });
}

/** The output with a box, four numbers, for each number of this one, as detections have them. */
export function boxesBeside(
  { shape }: TensorSpec,
  outputs: readonly TensorSpec[],
  batched: boolean,
): TensorSpec | undefined {
  if (shape === null || shape.length < (batched ? 2 : 1)) return undefined;
  return outputs.find((other) => String(other.shape) === String([...shape, 4]));
}

/**
 * The one of several that holds the scores: the only one; the only one with as many numbers as there are labels; the only one that
 * mostly does. `undefined` where that is not told.
 * @param labels how many there are, where that is known
 */
export function pickScores(
  outputs: readonly ScoresOutput[],
  labels: number | undefined,
): ScoresOutput | undefined {
  const exact = outputs.filter((output) => labels !== undefined && suits(output, labels));
  for (const some of [outputs, exact, outputs.filter(({ sure }) => sure)])
    if (some.length === 1) return some[0];
  return undefined;
}

/** One score is that of the second of two classes. */
function suits({ classes }: ScoreForm, labels: number): boolean {
  return classes === labels || (classes === 1 && labels === 2);
}
