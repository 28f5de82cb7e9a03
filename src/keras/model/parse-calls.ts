import { KerasFault } from '../keras.errors.js';
import { isList, isObject, type Json, type JsonObject, member } from './json.js';
import { type Argument, type LayerCall, TensorRef } from './keras-model.js';

/** Beyond it, and with calls of calls, a graph would be endless. */
const MAX_CALLS = 1000;

/**
 * Reads the `inbound_nodes` of a layer.
 *
 * - Keras 3: `[{"args": […], "kwargs": {…}}, …]`, tensors as objects with a `keras_history`.
 * - Keras 2: `[[["conv", 0, 0, {kwargs}], …], …]`, or `[["conv", 0, 0, {kwargs}], …]` for operations; a constant for a tensor
 *   is `["_CONSTANT_VALUE", -1, 2.0, {kwargs}]`.
 */
export function parseCalls(json: Json | undefined, subject: string): LayerCall[] {
  if (json === undefined) return [];
  if (!isList(json) || json.length > MAX_CALLS) throw malformed(subject);
  const keras2 = json.some((node) => isList(node));
  return json.map((node) => (keras2 ? parseKeras2(node, subject) : parseKeras3(node, subject)));
}

function malformed(subject: string): KerasFault {
  return new KerasFault(`is damaged: ${subject} has "inbound_nodes" that are not calls`);
}

function parseKeras3(node: Json, subject: string): LayerCall {
  const args = member(node, 'args');
  const kwargs = member(node, 'kwargs');
  if (!isList(args) || !isObject(kwargs)) throw malformed(subject);
  return {
    args: args.map((arg) => keras3Argument(arg, subject)),
    kwargs: entriesOf(kwargs, (value) => keras3Argument(value, subject)),
  };
}

function keras3Argument(json: Json, subject: string): Argument {
  if (isList(json)) return json.map((entry) => keras3Argument(entry, subject));
  if (!isObject(json)) return json;
  if (member(json, 'class_name') !== '__keras_tensor__')
    return entriesOf(json, (value) => keras3Argument(value, subject));
  const tensor = referenceOf(member(member(json, 'config'), 'keras_history'));
  if (!tensor) throw malformed(subject);
  return tensor;
}

function parseKeras2(node: Json, subject: string): LayerCall {
  const single = keras2Entry(node);
  if (single) return { args: [single.value], kwargs: single.kwargs };
  if (isObject(node)) {
    return { args: [entriesOf(node, (entry) => keras2Entry(entry)?.value ?? fail(subject))], kwargs: {} };
  }
  if (!isList(node)) throw malformed(subject);
  const entries = node.map((entry) => keras2Entry(entry) ?? fail(subject));
  const values = entries.map(({ value }) => value);
  const [only] = values;
  return {
    args: values.length === 1 && only !== undefined ? [only] : [values],
    kwargs: Object.fromEntries(entries.flatMap(({ kwargs }) => Object.entries(kwargs))),
  };
}

function fail(subject: string): never {
  throw malformed(subject);
}

/** A tensor or a constant, and the keywords of the call of which it is part. */
function keras2Entry(json: Json): { value: Argument; kwargs: Record<string, Argument> } | null {
  if (!isList(json) || typeof json[0] !== 'string') return null;
  const kwargs = isObject(json[3]) ? entriesOf(json[3], keras2Argument) : {};
  if (json[0] === '_CONSTANT_VALUE') return { value: json[2] ?? null, kwargs };
  const tensor = referenceOf(json.slice(0, 3));
  return tensor && { value: tensor, kwargs };
}

function keras2Argument(json: Json): Argument {
  const tensor = referenceOf(json);
  if (tensor) return tensor;
  if (isList(json)) return json.map(keras2Argument);
  return isObject(json) ? entriesOf(json, keras2Argument) : json;
}

function referenceOf(json: Json | undefined): TensorRef | null {
  if (!isList(json) || json.length !== 3) return null;
  const [layer, call, output] = json;
  if (typeof layer !== 'string' || !Number.isInteger(call) || !Number.isInteger(output)) return null;
  return new TensorRef(layer, call as number, output as number);
}

function entriesOf(json: JsonObject, parse: (value: Json) => Argument): Record<string, Argument> {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, parse(value)]));
}
