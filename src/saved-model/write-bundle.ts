import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { maskedCrc32c } from './crc32c.js';
import type { DataType } from './proto/tensor_pb.js';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema } from './proto/tensor_bundle_pb.js';
import { writeTable } from './write-table.js';

/** A variable of numbers. */
export interface WrittenVariable {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** The elements as they lie in memory, row-major and little-endian. */
  readonly bytes: Uint8Array;
}

const FORMAT_VERSION = 1;

/** Writes variables, whose names are distinct, as the bundle of the SavedModel in `directory`, in one shard. */
export async function writeBundle(variables: readonly WrittenVariable[], directory: string): Promise<void> {
  await mkdir(join(directory, 'variables'));
  const sorted = variables.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const entries = [{ key: Buffer.alloc(0), value: header() }];
  const data = await open(join(directory, 'variables/variables.data-00000-of-00001'), 'w');
  try {
    let offset = 0;
    for (const variable of sorted) {
      entries.push({ key: Buffer.from(variable.name), value: entry(variable, offset) });
      await data.writeFile(variable.bytes);
      offset += variable.bytes.length;
    }
  } finally {
    await data.close();
  }
  await writeFile(join(directory, 'variables/variables.index'), writeTable(entries));
}

function header(): Uint8Array {
  const init: MessageInitShape<typeof BundleHeaderProtoSchema> = {
    numShards: 1,
    version: { producer: FORMAT_VERSION },
  };
  return toBinary(BundleHeaderProtoSchema, create(BundleHeaderProtoSchema, init));
}

function entry({ dataType, shape, bytes }: WrittenVariable, offset: number): Uint8Array {
  const proto = create(BundleEntryProtoSchema, {
    dtype: dataType,
    shape: { dim: shape.map((size) => ({ size: BigInt(size) })) },
    offset: BigInt(offset),
    size: BigInt(bytes.length),
    crc32c: maskedCrc32c(bytes),
  });
  return toBinary(BundleEntryProtoSchema, proto);
}
