import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Example, ExampleList, Feature } from './example.js';

/** A `tf.Example` for each (`tensorflow/core/example/example.proto`), with the features of the context that it does not have itself. */
export function serializeExamples({ context, examples }: ExampleList): Uint8Array[] {
  return examples.map((example) => serialize(new Map([...(context ?? []), ...example])));
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
