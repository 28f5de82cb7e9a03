import { type JsonObject, JsonString, type JsonValue } from '../../../json/json-value.js';
import type { NamedTensors } from '../../engine.js';
import { type Tensor, type TensorSpec } from '../../tensor.js';
import { parseAnswer } from '../json/parse-answer.js';
import { readElements } from '../json/read-elements.js';
import { checkDeclared, readShape } from '../remote-shape.js';
import type { UpstreamAnswer } from '../upstream-message.js';
import { unreadable } from '../upstream-error.js';
import { tensorOfBytes } from './binary-tensor.js';
import { datatypeOf } from './datatypes.js';

/**
 * The outputs of `specs`, each as JSON or as bytes behind it, whatever was asked for; others are passed over.
 * @throws EngineError `upstream-failed` if one is missing, is not as declared, or if sizes do not agree
 */
export function readOutputs(answer: UpstreamAnswer, specs: readonly TensorSpec[]): NamedTensors {
  const { json, binary } = parts(answer);
  const found = new Map<string, Tensor>();
  let offset = 0;
  for (const output of objectsIn(parseAnswer(json).find('outputs'))) {
    const name = textIn(output, 'name');
    const size = binarySize(output, name);
    const bytes = size === undefined ? undefined : binary.subarray(offset, (offset += size));
    if (offset > binary.byteLength) throw unreadable(`it ends within the output ${name}`);
    const spec = specs.find((candidate) => candidate.name === name);
    if (spec) found.set(name, readOutput(output, bytes, spec));
  }
  if (offset < binary.byteLength)
    throw unreadable(`it has ${binary.byteLength - offset} bytes more than its outputs`);
  const missing = specs.find(({ name }) => !found.has(name));
  if (missing) throw unreadable(`it has no output ${missing.name}`);
  return Object.fromEntries(found);
}

function readOutput(output: JsonObject, bytes: Uint8Array | undefined, spec: TensorSpec): Tensor {
  const { name, dtype } = spec;
  const datatype = textIn(output, 'datatype');
  if (datatype !== datatypeOf(dtype))
    throw unreadable(`the output ${name} is ${datatype} where the model declares ${datatypeOf(dtype)}`);
  const shape = readShape(numbersIn(output.find('shape')), name);
  checkDeclared(shape, spec);
  if (bytes) return tensorOfBytes(bytes, { name, dtype, shape });
  const value = output.find('data');
  const data = value && readElements(value, dtype, shape);
  if (!data) throw unreadable(`the data of the output ${name} are not ${datatype} [${shape.join(', ')}]`);
  return { dtype, shape, data };
}

/** The JSON and the bytes behind it, told apart by the header `Inference-Header-Content-Length`. */
function parts({ headers, body }: UpstreamAnswer): { json: Uint8Array; binary: Uint8Array } {
  const header = headers['inference-header-content-length'];
  if (header === undefined) return { json: body, binary: new Uint8Array(0) };
  const length = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : Infinity;
  if (length > body.byteLength) throw unreadable('its Inference-Header-Content-Length is not one');
  return { json: body.subarray(0, length), binary: body.subarray(length) };
}

function binarySize(output: JsonObject, name: string): number | undefined {
  const parameters = output.find('parameters');
  const value = parameters?.kind === 'object' ? parameters.find('binary_data_size') : undefined;
  if (value === undefined) return undefined;
  const [size = -1] = numbersIn(value) ?? [];
  if (!Number.isSafeInteger(size) || size < 0)
    throw unreadable(`the binary_data_size of the output ${name} is not one`);
  return size;
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  const items = value?.kind === 'list' ? value.items : [];
  return items.map((item) => {
    if (item.kind !== 'object') throw unreadable('an output is not an object');
    return item;
  });
}

function textIn(output: JsonObject, key: string): string {
  const value = output.find(key);
  if (!(value instanceof JsonString)) throw unreadable(`an output has no ${key}`);
  return value.toString();
}

/** The numbers of a flat list, or a number alone. */
function numbersIn(value: JsonValue | undefined): number[] | undefined {
  if (value?.kind !== 'numbers' || value.shape.rank > 1) return undefined;
  const { store, start, shape } = value;
  return Array.from(store.values.subarray(start, start + shape.elements));
}
