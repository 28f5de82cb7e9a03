import { Cursor } from './cursor.js';
import { seal } from './write-table.js';

/** Numbers in 0..1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HUGE_VARINTS = [
  'ffffffff0f',
  'ffffffff07',
  'ffffffffffffffffff01',
  'ffffffffffffffffffffff',
  '80808080808080',
  '808080808001',
];
const HUGE_NUMBERS = [
  'ffffffff',
  'ffffff7f',
  '00000080',
  'ffffffffffffffff',
  '0000000000000080',
  '0000000000000000',
];

type Mutation = (bytes: Buffer, random: () => number, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  truncate,
  insert,
  remove,
  splice,
  duplicate,
  lengthAttack,
  hugeVarint,
  hugeNumber,
];

/** A file made wrong in one to three ways, drawn from `random`; `other` is a file to splice from. */
export function mutate(bytes: Buffer, random: () => number, other: Buffer): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time++) mutated = pick(MUTATIONS, random)(mutated, random, other);
  return mutated;
}

/**
 * A table made wrong inside its blocks, of the same size and with right checksums, so that what reads the blocks
 * is tried and not only the checksum.
 */
export function mutateSealed(table: Buffer, random: () => number): Buffer {
  const footer = new Cursor(table, table.length - 48);
  const [, , indexOffset, indexSize] = [footer.varint(), footer.varint(), footer.varint(), footer.varint()];
  const blocks = [{ offset: indexOffset, size: indexSize }, ...dataBlocks(table, indexOffset)];
  const mutated = Buffer.from(table);
  const { offset, size } = pick(blocks, random);
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const at = offset + Math.floor(random() * size);
    mutated[at] = pick([0, 1, 0x7f, 0x80, 0xff, mutated[at]! ^ (1 << Math.floor(random() * 8))], random);
  }
  for (const block of blocks) seal(mutated, block.offset, block.size);
  return mutated;
}

/** Good for the files of TensorFlow, where every index entry stands alone. */
function dataBlocks(table: Buffer, indexOffset: number): { offset: number; size: number }[] {
  const index = new Cursor(table, indexOffset);
  const [, fresh, valueBytes] = [index.varint(), index.varint(), index.varint()];
  index.take(fresh);
  const value = new Cursor(Buffer.from(index.take(valueBytes)));
  return [{ offset: value.varint(), size: value.varint() }];
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

function position(bytes: Buffer, random: () => number): number {
  return Math.floor(random() * bytes.length);
}

function flipBits(bytes: Buffer, random: () => number): Buffer {
  for (let times = 1 + Math.floor(random() * 8); times > 0 && bytes.length > 0; times--) {
    bytes[position(bytes, random)]! ^= 1 << Math.floor(random() * 8);
  }
  return bytes;
}

function truncate(bytes: Buffer, random: () => number): Buffer {
  return bytes.subarray(0, position(bytes, random));
}

function insert(bytes: Buffer, random: () => number): Buffer {
  const fresh = Buffer.from(
    Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256)),
  );
  return put(bytes, position(bytes, random), fresh);
}

function remove(bytes: Buffer, random: () => number): Buffer {
  const at = position(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(random() * 40))]);
}

function splice(bytes: Buffer, random: () => number, other: Buffer): Buffer {
  const from = position(other, random);
  return put(bytes, position(bytes, random), other.subarray(from, from + Math.floor(random() * 2000)));
}

function duplicate(bytes: Buffer, random: () => number): Buffer {
  return splice(bytes, random, bytes);
}

/** Any small byte may be a length. */
function lengthAttack(bytes: Buffer, random: () => number): Buffer {
  if (bytes.length > 0) bytes[position(bytes, random)] = pick([0, 1, 2, 0x7f, 0x80, 0xff], random);
  return bytes;
}

function hugeVarint(bytes: Buffer, random: () => number): Buffer {
  return overwriteOrPut(bytes, random, Buffer.from(pick(HUGE_VARINTS, random), 'hex'));
}

function hugeNumber(bytes: Buffer, random: () => number): Buffer {
  return overwriteOrPut(bytes, random, Buffer.from(pick(HUGE_NUMBERS, random), 'hex'));
}

function overwriteOrPut(bytes: Buffer, random: () => number, fresh: Buffer): Buffer {
  const at = position(bytes, random);
  if (random() < 0.5) return put(bytes, at, fresh);
  fresh.copy(bytes, at);
  return bytes;
}

function put(bytes: Buffer, at: number, fresh: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), fresh, bytes.subarray(at)]);
}
