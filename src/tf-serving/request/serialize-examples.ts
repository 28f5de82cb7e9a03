import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { atOnce, type Steps } from '../../turns/slices.js';
import type { Example, ExampleList, Feature } from './example.js';

/**
 * A `tf.Example` for each (`tensorflow/core/example/example.proto`), with the features of the context that it does not have itself.
 * @param check told of how many bytes there are so far, may refuse them: each example repeats the context
 */
export function* serializedSteps(
  { context, examples }: ExampleList,
  check: (bytes: number) => void,
): Steps<Uint8Array[]> {
  const serialized: Uint8Array[] = [];
  let bytes = 0;
  for (const example of examples) {
    const one = serialize(new Map([...(context ?? []), ...example]));
    check((bytes += one.length));
    serialized.push(one);
    yield;
  }
  return serialized;
}

/** The same of a request that is small. */
export function serializeExamples(list: ExampleList): Uint8Array[] {
  return atOnce(serializedSteps(list, () => {}));
}

function serialize(example: Example): Uint8Array {
  const writer = new BinaryWriter();
  // Example.features, Features.feature (a map: key 1, value 2).
  writer.tag(1, WireType.LengthDelimited).fork();
  for (const [name, feature] of example) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeFeature(writer, feature);
    writer.join().join();
  }
  return writer.join().finish();
}

/** Feature.bytes_list, float_list or int64_list; in each the values are field 1, numbers packed. */
function writeFeature(writer: BinaryWriter, feature: Feature): void {
  switch (feature.kind) {
    case 'unset':
      return;
    case 'bytes':
      writer.tag(1, WireType.LengthDelimited).fork();
      for (const value of feature.values) writer.tag(1, WireType.LengthDelimited).bytes(value);
      break;
    case 'float':
      writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
      for (const value of feature.values) writer.float(value);
      writer.join();
      break;
    case 'int64':
      writer.tag(3, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
      for (const value of feature.values) writer.int64(value);
      writer.join();
  }
  writer.join();
}
