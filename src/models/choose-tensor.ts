import { ConfigError } from '../config/expect.js';
import { describeTensor, type TensorSpec } from '../engine/tensor.js';
import { pickScores, scoreForm, type ScoresOutput, scoresOutputs } from './score-form.js';

type Kind = 'input' | 'output';

/**
 * The tensor of that name, else the only one, else the only one that suits.
 * @throws ConfigError
 */
export function choose<Spec extends TensorSpec>(
  kind: Kind,
  name: string | undefined,
  specs: readonly Spec[],
  suits: (spec: Spec) => boolean,
): Spec {
  const candidates = specs.length === 1 ? specs : specs.filter(suits);
  const chosen =
    name === undefined
      ? candidates.length === 1
        ? candidates[0]
        : undefined
      : specs.find((spec) => spec.name === name);
  if (chosen) return chosen;
  throw missing(kind, specs, name);
}

/**
 * The output that holds the scores of a picture.
 * @param batched whether the picture's input has a batch dimension
 * @param labels how many there are, where that is known
 * @throws ConfigError where none, or not one alone, can hold them
 */
export function chooseScores(
  name: string | undefined,
  outputs: readonly TensorSpec[],
  batched: boolean,
  labels: number | undefined,
): ScoresOutput {
  if (name !== undefined || outputs.length === 1) {
    const spec = choose('output', name, outputs, () => true);
    const form = scoreForm(spec, batched);
    if (form) return { spec, ...form };
    throw new ConfigError(
      `Expected one row of scores for each picture, such as float32 [?, 10], as the output of a classification but ${spec.name} is ${describeTensor(spec)}.`,
    );
  }
  const candidates = scoresOutputs(outputs, batched);
  const picked = pickScores(candidates, labels);
  if (picked) return picked;
  throw missing('output', candidates.length === 0 ? outputs : candidates.map(({ spec }) => spec), name);
}

/** With the ways out where nothing was named. */
function missing(kind: Kind, specs: readonly TensorSpec[], given: string | undefined): ConfigError {
  const names = specs.map((spec) => spec.name);
  const expected = `Expected the name of one of the model's ${kind}s, ${names.join(', ')}, for ${kind}`;
  if (given !== undefined) return new ConfigError(`${expected} but received ${JSON.stringify(given)}.`);
  const orAll = kind === 'output' ? ', or "task: tensor" to be answered all of them as numbers' : '';
  return new ConfigError(
    `${expected} but received nothing. Say "${kind}: ${names[0]}" in model.yaml${orAll}.`,
  );
}
