import { elementsOf, typeName, type JsonObject, type JsonValue } from '../../json/json-value.js';
import type { Example, ExampleList } from './example.js';
import { readFeature } from './read-feature.js';
import { invalidArgument, invalidValue } from './request-error.js';

/**
 * Reads what follows the envelope of a classify or regress request; the texts speak of classify for both
 * (`FillClassifyRegressRequestFromJson` of `tensorflow_serving/util/json_tensor.cc`). Throws a `StatusError` for what is refused.
 */
export function readExamples(body: JsonObject): ExampleList {
  const contextValue = body.find('context');
  const context = contextValue === undefined ? undefined : readExample(contextValue);
  const list = body.find('examples');
  if (list === undefined) {
    throw invalidValue(body, "When method is classify, key 'examples' is expected and was not found");
  }
  const items = elementsOf(list);
  if (items === undefined) throw invalidValue(body, "Expecting 'examples' value to be an list/array");
  const examples = Array.from(items, readExample);
  if (examples.length === 0) throw invalidValue(body, "'examples' value is an empty array");
  return { context, examples };
}

/** Of a feature that comes up again the last is kept, as in the map of the message. */
function readExample(value: JsonValue): Example {
  if (value.kind !== 'object') {
    throw invalidArgument(`Example must be JSON object but got JSON ${typeName(value)}`);
  }
  return new Map(value.names.map((name, index) => [name, readFeature(name, value.values[index]!)]));
}
