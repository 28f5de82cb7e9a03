import type { NamedTensors } from '../../engine/engine.js';
import type { Tensor, TensorArrays } from '../../engine/tensor.js';
import { atOnce, type Steps } from '../../turns/slices.js';
import { StatusError } from '../status.js';
import { JsonWriter } from './json-writer.js';

const NO_LABEL = new Uint8Array();

// The rules of `tensorflow_serving/servables/tensorflow/{classifier,regressor}.cc`.

/**
 * The JSON of a classification: for each example a list of `[label, score]`.
 * @param outputs `classes`, strings, and `scores`, float32, or one of them; both of shape `[examples, classes]`
 * @throws StatusError INVALID_ARGUMENT where they are of another kind
 */
export function* classificationSteps(
  { classes, scores }: Readonly<Record<'classes' | 'scores', Tensor | undefined>>,
  examples: number,
): Steps<Buffer> {
  if (classes) checkOutput('classes', classes, 'string', examples);
  if (scores) checkOutput('scores', scores, 'float32', examples);
  const rank2 = [classes, scores].find((tensor) => tensor && tensor.shape.length !== 2);
  if (rank2) throw refused(`[examples, classes] as the shape of a classification, not ${shown(rank2.shape)}`);
  const count = (scores ?? classes)?.shape[1] ?? 0;
  if (classes && classes.shape[1] !== count)
    throw refused(`as many classes as scores, not ${classes.shape[1]} and ${count}`);
  if (examples === 0)
    throw new StatusError('INVALID_ARGUMENT', 'Cannot convert empty ClassificationResults to JSON');

  const labels = classes?.data as TensorArrays['string'] | undefined;
  const numbers = scores?.data as Float32Array | undefined;
  const writer = new JsonWriter();
  for (let row = 0; row < examples; row++) {
    writer.text(row === 0 ? '{"results":[[' : ',[');
    for (let column = 0; column < count; column++) {
      const index = row * count + column;
      writer.text(column === 0 ? '[' : ',[');
      writer.string(labels?.[index] ?? NO_LABEL);
      writer.text(',');
      writer.float32(numbers?.[index] ?? 0);
      writer.text(']');
    }
    writer.text(']');
    yield;
  }
  writer.text(']}');
  return writer.result();
}

/** The same of an answer that is small. */
export function writeClassifications(
  outputs: Readonly<Record<'classes' | 'scores', Tensor | undefined>>,
  examples: number,
): Buffer {
  return atOnce(classificationSteps(outputs, examples));
}

/**
 * The JSON of a regression: a number for each example.
 * @param output float32 of the shape `[examples]` or `[examples, 1]`
 * @throws StatusError INVALID_ARGUMENT where it is of another kind
 */
export function writeRegressions(output: Tensor, examples: number): Buffer {
  checkOutput('outputs', output, 'float32', examples);
  const { shape, data } = output;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1))
    throw refused(`[examples] or [examples, 1] as the shape of a regression, not ${shown(shape)}`);
  if (examples === 0)
    throw new StatusError('INVALID_ARGUMENT', 'Cannot convert empty RegressionResults to JSON');
  const writer = new JsonWriter();
  for (let index = 0; index < examples; index++) {
    writer.text(index === 0 ? '{"results":[' : ',');
    writer.float32((data as Float32Array)[index]!);
  }
  writer.text(']}');
  return writer.result();
}

/** The results of `classify` or `regress`, of a signature that `checkExampleSignature` has let pass. */
export function* resultsSteps(
  method: 'classify' | 'regress',
  outputs: NamedTensors,
  examples: number,
): Steps<Buffer> {
  return method === 'classify'
    ? yield* classificationSteps({ classes: outputs.classes, scores: outputs.scores }, examples)
    : writeRegressions(outputs.outputs!, examples);
}

function checkOutput(
  name: string,
  { dtype, shape }: Tensor,
  wanted: Tensor['dtype'],
  examples: number,
): void {
  if (dtype !== wanted) throw refused(`${wanted} as the output ${name}, not ${dtype}`);
  if (shape[0] !== examples)
    throw refused(`${examples} rows of the output ${name}, one for each example, not ${shape[0] ?? 'none'}`);
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function refused(expectation: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `Expected ${expectation}.`);
}
