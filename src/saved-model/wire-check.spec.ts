import { create, toBinary } from '@bufbuild/protobuf';
import { GraphDefSchema, NodeDefSchema } from './proto/graph_pb.js';
import { TensorProtoSchema } from './proto/tensor_pb.js';
import { checkWire } from './wire-check.js';

function faultOf(hex: string): string | null {
  try {
    checkWire(NodeDefSchema, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('What two readers might understand differently is refused', () => {
  it.each([
    ['a name as it should be', '0a 01 61', null],
    ['a field of another number, which is skipped', '0a 01 61 7a 02 00 00', null],
    [
      'a name as a number, whose text the next reader would skip',
      '08 03 12 01 61',
      'has a field of the wrong type at byte 0',
    ],
    ['a name as four bytes', '0d 00 00 00 00', 'has a field of the wrong type at byte 0'],
    ['two names', '0a 01 61 0a 01 62', 'has a field twice at byte 3'],
    ['two values in an entry of a map', '2a 09 0a 01 6b 12 00 12 02 28 01', 'has a field twice at byte 7'],
    [
      'two kinds of value in one attribute',
      '2a 09 0a 01 6b 12 04 18 01 28 01',
      'has a field twice at byte 9',
    ],
    ['a group', '7b 7c', 'has a field of an unknown type at byte 1'],
    ['a wire type that there is none of', '7e', 'has a field of an unknown type at byte 1'],
    ['the field number 0', '02 00', 'has a field of number 0 at byte 0'],
    [
      'a text longer than the file',
      '0a 05 61',
      'ends inside a field, at byte 3, or has a wrong length at byte 2',
    ],
    [
      'a text longer than its message',
      '2a 03 0a 05 61 00 00 00',
      'ends inside a field, at byte 5, or has a wrong length at byte 4',
    ],
    ['a length of more than 32 bits', '0a ff ff ff ff 1f', 'has a length or tag out of range at byte 6'],
    [
      'a number that does not end',
      '7a 01 00 78 ff ff ff ff ff ff ff ff ff ff ff',
      'has a number out of range at byte 14',
    ],
    ['a file that ends in a number', '78 80', 'ends inside a field, at byte 2'],
  ])('%s', (_, hex, fault) => {
    expect(faultOf(hex)).toBe(fault);
  });
});

describe('What a serialiser writes is let through', () => {
  it('lists of numbers, packed and one by one', () => {
    const tensor = create(TensorProtoSchema, {
      floatVal: [1, 2],
      int64Val: [-1n, 2n],
      boolVal: [true],
      doubleVal: [0.5],
    });
    expect(() => checkWire(TensorProtoSchema, toBinary(TensorProtoSchema, tensor))).not.toThrow();
    expect(() => checkWire(TensorProtoSchema, Buffer.from('2d0000803f2d0000803f', 'hex'))).not.toThrow();
  });

  it('but not a packed list that breaks off inside a number', () => {
    expect(() => checkWire(TensorProtoSchema, Buffer.from('2a030000', 'hex'))).toThrow('ends inside a field');
    expect(() => checkWire(TensorProtoSchema, Buffer.from('2a03000000', 'hex'))).toThrow('broken numbers');
    expect(() => checkWire(TensorProtoSchema, Buffer.from('520180', 'hex'))).toThrow('ends inside a field');
  });
});

it('A few bytes that stand for objects of hundreds are refused before they are parsed', () => {
  const nodes = Buffer.alloc(8_000_000, Buffer.from('0a00', 'hex'));
  expect(() => checkWire(GraphDefSchema, nodes)).toThrow('holds more fields than this server reads');
});
