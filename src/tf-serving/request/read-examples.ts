import { elementsOf, typeName, type JsonObject, type JsonValue } from '../../json/json-value.js';
import { atOnce, type Steps, VALUES_A_STEP } from '../../turns/slices.js';
import type { Example, ExampleList, Feature } from './example.js';
import { readFeature } from './read-feature.js';
import { invalidArgument, invalidValue } from './request-error.js';

/**
 * Reads what follows the envelope of a classify or regress request; the texts speak of classify for both
 * (`FillClassifyRegressRequestFromJson` of `tensorflow_serving/util/json_tensor.cc`). Throws a `StatusError` for what is refused.
 */
export function* exampleSteps(body: JsonObject): Steps<ExampleList> {
  const contextValue = body.find('context');
  const context = contextValue === undefined ? undefined : yield* readExample(contextValue);
  const list = body.find('examples');
  if (list === undefined) {
    throw invalidValue(body, "When method is classify, key 'examples' is expected and was not found");
  }
  const items = elementsOf(list);
  if (items === undefined) throw invalidValue(body, "Expecting 'examples' value to be an list/array");
  const examples: Example[] = [];
  for (const item of items) {
    examples.push(yield* readExample(item));
    if (examples.length % VALUES_A_STEP === 0) yield;
  }
  if (examples.length === 0) throw invalidValue(body, "'examples' value is an empty array");
  return { context, examples };
}

/** The same of a request that is small. */
export function readExamples(body: JsonObject): ExampleList {
  return atOnce(exampleSteps(body));
}

/** Of a feature that comes up again the last is kept, as in the map of the message. */
function* readExample(value: JsonValue): Steps<Example> {
  if (value.kind !== 'object') {
    throw invalidArgument(`Example must be JSON object but got JSON ${typeName(value)}`);
  }
  const features = new Map<string, Feature>();
  for (const [index, name] of value.names.entries())
    features.set(name, yield* readFeature(name, value.values[index]!));
  return features;
}
