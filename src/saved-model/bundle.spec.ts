import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { parseBundleIndex } from './bundle-index.js';
import { openVariables, type VariablesBundle } from './bundle.js';
import { extend, mask, maskedCrc32c } from './crc32c.js';
import { DataType } from './proto/tensor_pb.js';
import {
  BundleEntryProtoSchema,
  BundleHeaderProto_Endianness,
  BundleHeaderProtoSchema,
} from './proto/tensor_bundle_pb.js';
import { varint, writeTable, writeTableOf } from './write-table.js';

type Header = MessageInitShape<typeof BundleHeaderProtoSchema>;
type Entry = MessageInitShape<typeof BundleEntryProtoSchema>;

const EXPECTED = 'test/fixtures/shapes-variables.json';
const INDEX = 'variables/variables.index';
const SHARD = 'variables/variables.data-00000-of-00001';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function index(entries: Record<string, Entry>, header: Header = { numShards: 1 }): Buffer {
  const table = [
    {
      key: Buffer.alloc(0),
      value: toBinary(BundleHeaderProtoSchema, create(BundleHeaderProtoSchema, header)),
    },
  ];
  for (const [name, entry] of Object.entries(entries)) {
    table.push({
      key: Buffer.from(name),
      value: toBinary(BundleEntryProtoSchema, create(BundleEntryProtoSchema, entry)),
    });
  }
  return writeTable(table);
}

const FLOATS: Entry = { dtype: DataType.DT_FLOAT, shape: { dim: [{ size: 2n }] }, size: 8n };

describe("The variables of a model that TensorFlow's Python wrote", () => {
  it('are its variables, byte for byte', async () => {
    const bundle = await openVariables('models/shapes/1');
    const read: Record<string, unknown> = {};
    for (const { name, dtype, shape } of bundle?.entries.values() ?? []) {
      const bytes = dtype === 'string' ? (await bundle!.readStrings(name))[0]! : await bundle!.read(name);
      read[name] = { dtype, shape, sha256: sha256(bytes) };
    }
    await bundle?.close();
    expect(read).toEqual(JSON.parse(await readFile(EXPECTED, 'utf8')));
  });

  it('are the same where blocks of its index are compressed', async () => {
    const [plain, compressed] = await Promise.all(
      ['models/shapes/1/variables/variables.index', 'test/fixtures/shapes-snappy.index'].map(async (file) =>
        parseBundleIndex(await readFile(file)),
      ),
    );
    expect(compressed).toEqual(plain);
    expect(plain!.entries.size).toBeGreaterThan(10);
  });
});

describe('A variables bundle', () => {
  let directory: string;
  let open: VariablesBundle[];

  beforeEach(async () => {
    open = [];
    directory = await mkdtemp(join(tmpdir(), 'variables-'));
    await mkdir(join(directory, 'variables'));
  });
  afterEach(async () => {
    for (const bundle of open) await bundle.close();
    await rm(directory, { recursive: true });
  });

  async function bundleOf(table: Buffer, data: Uint8Array = Buffer.alloc(8)): Promise<VariablesBundle> {
    await writeFile(join(directory, INDEX), table);
    await writeFile(join(directory, SHARD), data);
    const bundle = await openVariables(directory);
    open.push(bundle!);
    return bundle!;
  }

  it('is null for a model without variables', async () => {
    await expect(openVariables(directory)).resolves.toBeNull();
  });

  it('gives the strings of a string variable', async () => {
    const strings = ['cat', '', 'Käfer'].map((text) => Buffer.from(text));
    const lengths = Buffer.alloc(12);
    strings.forEach((text, at) => lengths.writeUInt32LE(text.length, 4 * at));
    const ofLengths = Buffer.alloc(4);
    ofLengths.writeUInt32LE(mask(extend(0, lengths)));
    const data = Buffer.concat([...strings.map(({ length }) => varint(length)), ofLengths, ...strings]);
    const crc32c = maskedCrc32c(Buffer.concat([lengths, ofLengths, ...strings]));
    const words = {
      dtype: DataType.DT_STRING,
      shape: { dim: [{ size: 3n }] },
      size: BigInt(data.length),
      crc32c,
    };
    const bundle = await bundleOf(index({ words }), data);
    expect((await bundle.readStrings('words')).map((text) => Buffer.from(text).toString())).toEqual([
      'cat',
      '',
      'Käfer',
    ]);
    await expect(bundle.read('words')).rejects.toThrow(
      `${INDEX} has "words" as string, which cannot be read as numbers.`,
    );
  });

  it('names the variable whose checksum is wrong, and reads the others', async () => {
    const crc32c = maskedCrc32c(Buffer.alloc(8));
    const bundle = await bundleOf(index({ good: { ...FLOATS, crc32c }, ill: { ...FLOATS, crc32c: 1 } }));
    await expect(bundle.read('good')).resolves.toEqual(Buffer.alloc(8));
    await expect(bundle.read('ill')).rejects.toThrow(`${SHARD} is damaged: "ill" has a wrong checksum.`);
  });

  it('refuses a sliced variable when it is read', async () => {
    const sliced = { ...FLOATS, size: 0n, slices: [{ extent: [{ start: 0n }] }] };
    const bundle = await bundleOf(index({ sliced }));
    await expect(bundle.read('sliced')).rejects.toThrow(
      `${INDEX} has "sliced" in slices, which this server does not read.`,
    );
  });

  it.each([
    [
      'a data file that is too short',
      index({ x: { ...FLOATS, offset: 4n } }),
      `${SHARD} is truncated: it has 8 bytes, and "x" ends at byte 12.`,
    ],
    [
      'a size that does not fit the shape',
      index({ x: { ...FLOATS, size: 4n } }),
      `${INDEX} is damaged: its variable "x" has a size that does not fit its shape.`,
    ],
    [
      'a negative size',
      index({ x: { dtype: DataType.DT_STRING, size: -1n } }),
      `${INDEX} is damaged: its variable "x" has an impossible place.`,
    ],
    [
      'a shape out of range',
      index({ x: { ...FLOATS, shape: { dim: [{ size: 2n ** 40n }, { size: 2n ** 40n }] } } }),
      `${INDEX} is damaged: its variable "x" has an impossible shape.`,
    ],
    [
      'a data file of no such number',
      index({ x: { ...FLOATS, shardId: 1 } }),
      `${INDEX} is damaged: its variable "x" has no data file of the number 1.`,
    ],
    [
      'a big-endian file',
      index({}, { endianness: BundleHeaderProto_Endianness.BIG }),
      `${INDEX} was written by a big-endian machine, which this server does not read.`,
    ],
    [
      'a newer format',
      index({}, { version: { producer: 9, minConsumer: 9 } }),
      `${INDEX} asks for a newer reader than this server has.`,
    ],
    ['countless data files', index({}, { numShards: 2 ** 30 }), `${INDEX} speaks of 1073741824 data files.`],
    [
      'a block that is not what its compression says',
      writeTableOf(Buffer.from([12, 0, 65]), 1),
      `${INDEX} is damaged: it has a block whose snappy compression is damaged.`,
    ],
    [
      'a block that claims to hold more than it can',
      writeTableOf(Buffer.from('ffffffff0f0041', 'hex'), 1),
      `${INDEX} is damaged: it has a block of 7 bytes that claims to hold 4294967295.`,
    ],
    [
      'a compression that TensorFlow has not',
      writeTableOf(Buffer.alloc(3), 2),
      `${INDEX} is damaged: it has a block of compression 2, which TensorFlow does not read either.`,
    ],
    ['keys out of order', index({ b: FLOATS, a: FLOATS }), `${INDEX} is damaged: it has keys out of order.`],
    ['no header', writeTable([]), `${INDEX} is not a variables index: it has no header.`],
    [
      'another file',
      Buffer.from('not a table'),
      `${INDEX} is damaged: it does not end as a LevelDB table does.`,
    ],
  ])('is refused with one sentence: %s', async (_, table, message) => {
    await expect(bundleOf(table)).rejects.toMatchObject({ name: 'SavedModelError', message });
  });

  it('is refused when its data file is missing', async () => {
    await writeFile(join(directory, INDEX), index({ x: FLOATS }));
    await expect(openVariables(directory)).rejects.toThrow(`${SHARD} is missing.`);
  });

  it('is refused wherever its index was cut off', async () => {
    await cp('models/shapes/1/variables', join(directory, 'variables'), { recursive: true });
    const whole = await readFile(join(directory, INDEX));
    for (let size = whole.length - 1; size >= 0; size -= 97) {
      await truncate(join(directory, INDEX), size);
      await expect(openVariables(directory)).rejects.toMatchObject({ name: 'SavedModelError', file: INDEX });
    }
  });
});
