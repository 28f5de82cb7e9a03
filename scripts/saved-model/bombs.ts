import { snappyCompress } from 'hysnappy';
import { entry, varint, writeRawTable, writeTableOf } from '../../src/saved-model/write-table.js';

export interface Bomb {
  readonly file: 'saved_model.pb' | 'variables/variables.index';
  readonly bytes: Buffer;
}

/** Small files that ask for much: each name says of what. */
export function bombs(): Readonly<Record<string, Bomb>> {
  const text = Buffer.from('v');
  return {
    nodes: model(graph(repeat(field(1, empty), 4_000_000))),
    nodesBelowTheLimit: model(graph(repeat(field(1, empty), 1_600_000))),
    inputs: model(graph(field(1, repeat(field(3, empty), 8_000_000)))),
    functions: model(graph(field(2, repeat(field(1, empty), 1_000_000)))),
    integers: model(graph(attribute(field(8, field(10, Buffer.alloc(7_000_000)))))),
    booleans: model(graph(attribute(field(8, field(11, Buffer.alloc(20_000_000)))))),
    strings: model(graph(attribute(field(8, repeat(field(8, text), 2_500_000))))),
    unknownFields: model(graph(repeat(Buffer.from([0x78, 0]), 3_000_000))),
    nesting: model(graph(attribute(nested(100_000)))),
    nestingOfGroups: model(Buffer.alloc(1_000_000, 0x7b)),
    keys: { file: 'variables/variables.index', bytes: longKeys(300_000) },
    compressedBlock: { file: 'variables/variables.index', bytes: compressedTable(60_000_000) },
    compressedBlocks: { file: 'variables/variables.index', bytes: compressedTable(200_000_000) },
  };
}

function model(bytes: Buffer): Bomb {
  return { file: 'saved_model.pb', bytes };
}

const empty = Buffer.alloc(0);

function graph(bytes: Buffer): Buffer {
  return field(2, Buffer.concat([field(1, field(4, Buffer.from('serve'))), field(2, bytes)]));
}

function attribute(value: Buffer): Buffer {
  return field(1, field(5, Buffer.concat([field(1, Buffer.from('value')), field(2, value)])));
}

/** A function's name with an attribute that is a function's name with an attribute … */
function nested(depth: number): Buffer {
  const headers: Buffer[] = [];
  let size = 0;
  for (let level = 0; level < depth; level++) {
    for (const tag of [0x12, 0x12, 0x52]) {
      const header = Buffer.concat([Buffer.from([tag]), varint(size)]);
      headers.push(header);
      size += header.length;
    }
  }
  return Buffer.concat(headers.toReversed());
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

/** A table in which every key is the one before and a letter more. */
function longKeys(count: number): Buffer {
  const letter = Buffer.from('k');
  return writeRawTable(
    Buffer.concat(Array.from({ length: count }, (_, shared) => entry(shared, letter, empty))),
  );
}

/** A table of one block that holds nothing but entries of no bytes, compressed as far as snappy can. */
function compressedTable(size: number): Buffer {
  return writeTableOf(Buffer.from(snappyCompress(new Uint8Array(size))), 1);
}
