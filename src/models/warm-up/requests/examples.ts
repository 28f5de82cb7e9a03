import { create, toBinary } from '@bufbuild/protobuf';
import { decode } from '../../../saved-model/decode.js';
import { type Example, ExampleSchema } from '../../../saved-model/proto/example_pb.js';
import type { Input } from '../../../saved-model/proto/prediction_log_pb.js';
import { SavedModelError } from '../../../saved-model/saved-model.errors.js';
import type { Allowance } from './allowance.js';

/** Estimated bytes of the object of an example. */
const EXAMPLE_COST = 192;

/**
 * The serialised examples of an input. Each has the features of the context, but for those that it has itself
 * (TensorFlow Serving, `input.proto`).
 * @throws SavedModelError
 */
export function examplesOf(input: Input | undefined, file: string, allowance: Allowance): Uint8Array[] {
  const { value } = input?.kind ?? {};
  if (!value || value.examples.length === 0) throw new SavedModelError(file, 'has no examples');
  const context =
    'context' in value && value.context.length > 0 ? readExample(value.context, file, 'a context') : null;
  return value.examples.map((bytes, index) => {
    const example = readExample(bytes, file, `an example ${index + 1}`);
    allowance.spend(EXAMPLE_COST + (context && 'context' in value ? bytes.length + value.context.length : 0));
    return context ? toBinary(ExampleSchema, merged(context, example)) : bytes;
  });
}

function readExample(bytes: Uint8Array, file: string, name: string): Example {
  try {
    return decode(ExampleSchema, bytes, file, 'a tf.Example');
  } catch (error) {
    if (!(error instanceof SavedModelError)) throw error;
    throw new SavedModelError(file, `has ${name} that ${error.fault}`);
  }
}

function merged(context: Example, example: Example): Example {
  const own = example.features?.feature ?? [];
  const names = new Set(own.map(({ key }) => key));
  const shared = context.features?.feature.filter(({ key }) => !names.has(key)) ?? [];
  return create(ExampleSchema, { features: { feature: [...shared, ...own] } });
}
