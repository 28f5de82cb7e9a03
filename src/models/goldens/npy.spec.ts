import { ConfigError } from '../../config/expect.js';
import { parseNpy } from './npy.js';

/** A file as `numpy.save` writes it. */
function npy(descr: string, shape: string, numbers: Uint8Array, order = 'False', version = 1): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const magic = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1');
  return Buffer.concat([magic, length, Buffer.from(header, 'latin1'), numbers]);
}

const bytes = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('an array that numpy.save wrote', () => {
  it.each<[string, ArrayBufferView]>([
    ['<f4', Float32Array.of(-1.5, 0, 2)],
    ['<f8', Float64Array.of(-1.5, 0, 2)],
    ['|u1', Uint8Array.of(0, 7, 255)],
    ['|i1', Int8Array.of(-1, 0, 127)],
    ['<i4', Int32Array.of(-70_000, 0, 1)],
    ['<i8', BigInt64Array.of(-1n, 0n, 5n)],
  ])('of %s is read', (descr, numbers) => {
    const { shape, data } = parseNpy(npy(`'${descr}'`, '(3,)', bytes(numbers)), 'x.npy');
    expect(shape).toEqual([3]);
    expect([...data]).toEqual(Array.from(numbers as unknown as ArrayLike<number>, Number));
  });

  it('of float16 is read', () => {
    expect([...parseNpy(npy("'<f2'", '(2,)', Uint8Array.of(0, 0x3c, 0, 0xc0)), 'x.npy').data]).toEqual([
      1, -2,
    ]);
  });

  it('has any rank, and a long header', () => {
    const numbers = bytes(new Float32Array(12));
    expect(parseNpy(npy("'<f4'", '(1, 2, 2, 3)', numbers), 'x.npy').shape).toEqual([1, 2, 2, 3]);
    expect(parseNpy(npy("'<f4'", '()', numbers.subarray(0, 4), 'False', 2), 'x.npy').shape).toEqual([]);
  });

  it.each<[string, Uint8Array, string]>([
    ['is none', Buffer.from('star, circle'), 'a file that numpy.save wrote'],
    ['is empty', new Uint8Array(), 'a file that numpy.save wrote'],
    ['is cut off', npy("'<f4'", '(3,)', new Uint8Array(8)), '12 bytes of numbers, not 8,'],
    ['is cut off in its header', npy("'<f4'", '(3,)', new Uint8Array(8)).subarray(0, 20), 'a whole file'],
    ['has columns before rows', npy("'<f4'", '(3,)', new Uint8Array(12), 'True'), 'numpy.ascontiguousarray'],
    ['has texts', npy("'<U4'", '(1,)', new Uint8Array(16)), 'not <U4,'],
    ['is big-endian', npy("'>f4'", '(1,)', new Uint8Array(4)), 'not >f4,'],
    ['has fields', npy("[('a', '<f4')]", '(1,)', new Uint8Array(4)), 'not a structured array,'],
  ])('that %s is refused, and what is wrong is told', (_, file, reason) => {
    const read = (): unknown => parseNpy(file, 'the tensor of x.jpg');
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(reason);
    expect(read).toThrow(/in the tensor of x\.jpg\.$/);
  });
});
