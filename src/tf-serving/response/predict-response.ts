import type { Tensor } from '../../engine/tensor.js';
import { atOnce, type Steps } from '../../turns/slices.js';
import { StatusError } from '../status.js';
import { JsonWriter } from './json-writer.js';
import { TensorWriter } from './write-tensor.js';

/** How a prediction was asked for and is answered: instance by instance, or input by input. */
export type PredictFormat = 'row' | 'columnar';

export type NamedOutput = readonly [name: string, tensor: Tensor];

/**
 * The JSON of a prediction. Of a single output the name is dropped.
 * @param outputs in the order in which they shall stand
 * @throws StatusError INVALID_ARGUMENT for what the format, or JSON, cannot say
 */
export function* predictResponseSteps(format: PredictFormat, outputs: readonly NamedOutput[]): Steps<Buffer> {
  if (outputs.length === 0)
    throw new StatusError('INVALID_ARGUMENT', 'Cannot convert empty tensor map to JSON');
  const rows = format === 'row' ? rowsOf(outputs) : 0;
  const writer = new JsonWriter();
  const columns = outputs.map(([name, tensor]) => ({ name, tensor: new TensorWriter(writer, name, tensor) }));
  if (format === 'columnar') {
    writer.text('{"outputs":');
    yield* writeColumns(writer, columns, 0);
  } else {
    writer.text('{"predictions":[');
    for (let row = 0; row < rows; row++) {
      if (row > 0) writer.text(',');
      yield* writeColumns(writer, columns, 1);
    }
    writer.text(']');
  }
  writer.text('}');
  return writer.result();
}

/** The same of an answer that is small. */
export function writePredictResponse(format: PredictFormat, outputs: readonly NamedOutput[]): Buffer {
  return atOnce(predictResponseSteps(format, outputs));
}

interface Column {
  readonly name: string;
  readonly tensor: TensorWriter;
}

function* writeColumns(writer: JsonWriter, columns: readonly Column[], axis: number): Steps<void> {
  const [only, another] = columns;
  if (only && !another) {
    yield* only.tensor.write(axis);
    return;
  }
  for (const [index, { name, tensor }] of columns.entries()) {
    writer.text(index === 0 ? '{' : ',');
    writer.string(Buffer.from(name));
    writer.text(':');
    yield* tensor.write(axis);
  }
  writer.text('}');
}

/** The first dimension, in which all outputs must agree; it need not be as long as the request. */
function rowsOf(outputs: readonly NamedOutput[]): number {
  const scalar = outputs.find(([, { shape }]) => shape.length === 0);
  if (scalar)
    throw new StatusError('INVALID_ARGUMENT', `Tensor name: ${scalar[0]} has no shape information `);
  const rows = outputs[0]![1].shape[0]!;
  for (const [name, { shape }] of outputs) {
    if (shape[0] === rows) continue;
    const fault = `has inconsistent batch size: ${shape[0]} expecting: ${rows}`;
    throw new StatusError('INVALID_ARGUMENT', `Tensor name: ${name} ${fault}`);
  }
  return rows;
}
