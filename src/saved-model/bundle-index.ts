import { decode } from './decode.js';
import { dtypeName, elementBytes } from './dtypes.js';
import { DataType } from './proto/tensor_pb.js';
import {
  type BundleEntryProto,
  BundleEntryProtoSchema,
  BundleHeaderProto_Endianness,
  BundleHeaderProtoSchema,
} from './proto/tensor_bundle_pb.js';
import { quote, SavedModelError } from './saved-model.errors.js';
import { readTable } from './table.js';

export const INDEX = 'variables/variables.index';

/** The version of the format that TensorFlow writes; a file says which version its reader must have. */
const FORMAT_VERSION = 1;

/** Each that holds a variable is kept open. */
const MAX_SHARDS = 1024;

/** A variable of the bundle, and where its bytes are. */
export interface VariableEntry {
  readonly name: string;
  /** As TensorFlow's Python names it. */
  readonly dtype: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly elements: number;
  /** Number of the file that holds it. */
  readonly shard: number;
  /** In bytes, within the shard. */
  readonly offset: number;
  readonly size: number;
  /** Masked CRC-32C of the bytes; of strings, see `string-tensor.ts`. */
  readonly checksum: number;
  /** It was saved in parts: it has no bytes of its own here. */
  readonly sliced: boolean;
}

export interface BundleIndex {
  readonly shards: number;
  readonly entries: ReadonlyMap<string, VariableEntry>;
}

/**
 * Parses the bytes of a `variables.index`.
 * @throws SavedModelError
 */
export function parseBundleIndex(bytes: Uint8Array): BundleIndex {
  const [header, ...rest] = readTable(bytes, INDEX);
  if (!header || header.key.length > 0)
    throw new SavedModelError(INDEX, 'is not a variables index: it has no header');
  const shards = readHeader(header.value);
  const entries = new Map<string, VariableEntry>();
  for (const { key, value } of rest) {
    // A part of a sliced variable: its key is an encoded tuple, which begins with the number 0.
    if (key[0] === 0) continue;
    const name = key.toString('utf8');
    if (!Buffer.from(name).equals(key))
      throw new SavedModelError(INDEX, 'has a variable whose name is not UTF-8');
    entries.set(
      name,
      readEntry(name, decode(BundleEntryProtoSchema, value, INDEX, 'a variables index'), shards),
    );
  }
  return { shards, entries };
}

function readHeader(value: Uint8Array): number {
  const { numShards, endianness, version } = decode(
    BundleHeaderProtoSchema,
    value,
    INDEX,
    'a variables index',
  );
  if (endianness !== BundleHeaderProto_Endianness.LITTLE) {
    throw new SavedModelError(INDEX, 'was written by a big-endian machine, which this server does not read');
  }
  if ((version?.minConsumer ?? 0) > FORMAT_VERSION || version?.badConsumers.includes(FORMAT_VERSION)) {
    throw new SavedModelError(INDEX, 'asks for a newer reader than this server has');
  }
  if (numShards < 0 || numShards > MAX_SHARDS)
    throw new SavedModelError(INDEX, `speaks of ${numShards} data files`);
  return numShards;
}

function readEntry(name: string, proto: BundleEntryProto, shards: number): VariableEntry {
  const fault = (text: string): SavedModelError => {
    return new SavedModelError(INDEX, `is damaged: its variable ${quote(name)} has ${text}`);
  };
  const shape = (proto.shape?.dim ?? []).map(({ size }) => Number(size));
  const elements = shape.reduce((product, size) => product * size, 1);
  if (proto.shape?.unknownRank || shape.some((size) => size < 0) || !Number.isSafeInteger(elements)) {
    throw fault('an impossible shape');
  }
  const [offset, size] = [Number(proto.offset), Number(proto.size)];
  if (offset < 0 || size < 0 || !Number.isSafeInteger(offset + size)) throw fault('an impossible place');
  if (proto.shardId < 0 || proto.shardId >= shards)
    throw fault(`no data file of the number ${proto.shardId}`);
  const bytes = elementBytes(proto.dtype);
  const sliced = proto.slices.length > 0;
  if (bytes !== null && !sliced && size !== elements * bytes)
    throw fault('a size that does not fit its shape');
  if (proto.dtype === DataType.DT_INVALID) throw fault('no dtype');
  return {
    name,
    dtype: dtypeName(proto.dtype),
    dataType: proto.dtype,
    shape,
    elements,
    shard: proto.shardId,
    offset,
    size,
    checksum: proto.crc32c,
    sliced,
  };
}
