import type { JsonValue } from '../../../json/json-value.js';
import type { NamedTensors } from '../../engine.js';
import { describeTensor, type Tensor, type TensorSpec } from '../../tensor.js';
import { parseAnswer } from '../json/parse-answer.js';
import { fills, measure, readElements } from '../json/read-elements.js';
import { nest, type Spelling, writeElements } from '../json/write-elements.js';
import { checkDeclared, readShape } from '../remote-shape.js';
import { unreadable } from '../upstream-error.js';

/** The columnar form, `inputs`: unlike `instances` it has every tensor in its own shape, also without a batch. */
export function writePrediction(signatureName: string, inputs: NamedTensors): string {
  const columns = Object.entries(inputs).map(
    ([name, tensor]) => `${JSON.stringify(name)}:${nest(writeElements(tensor, SPELLING), tensor.shape)}`,
  );
  return `{"signature_name":${JSON.stringify(signatureName)},"inputs":{${columns.join()}}}`;
}

const SPELLING: Spelling = {
  notFinite: String, // NaN, Infinity and -Infinity: words that its parser knows and JSON does not.
  string: (bytes) => `{"b64":"${Buffer.from(bytes).toString('base64')}"}`,
};

/** The only output stands alone under `outputs`, several by their names. @throws EngineError `upstream-failed` */
export function readPrediction(body: Uint8Array, specs: readonly TensorSpec[]): NamedTensors {
  const outputs = parseAnswer(body).find('outputs');
  if (!outputs) throw unreadable('it has no outputs');
  const single = specs.length === 1;
  return Object.fromEntries(
    specs.map((spec) => {
      const value = single ? outputs : outputs.kind === 'object' ? outputs.find(spec.name) : undefined;
      if (!value) throw unreadable(`it has no output ${spec.name}`);
      return [spec.name, readTensor(value, spec)];
    }),
  );
}

function readTensor(value: JsonValue, spec: TensorSpec): Tensor {
  const { name, dtype } = spec;
  const shape = readShape(shapeOf(value, spec), name);
  checkDeclared(shape, spec);
  const data = fills(value, shape) || shape.includes(0) ? readElements(value, dtype, shape) : undefined;
  if (!data) throw unreadable(`the output ${name} is not ${describeTensor({ dtype, shape })} throughout`);
  return { dtype, shape, data };
}

/** Lists without elements do not tell the sizes that lie deeper: the declaration does, and open sizes are 0. */
function shapeOf(value: JsonValue, { shape }: TensorSpec): number[] {
  const measured = measure(value);
  if (!measured.includes(0) || shape === null) return measured;
  return [...measured, ...shape.slice(measured.length).map((size) => size ?? 0)];
}
