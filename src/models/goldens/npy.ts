import { ConfigError } from '../../config/expect.js';
import { elements } from '../../engine/tensor.js';
import { fromFloat16 } from '../../numbers/half.js';

/** An array of numbers as `numpy.save` wrote it, in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const MAGIC = '\x93NUMPY';

type ReadNumber = (view: DataView, at: number) => number;

/** The types that training code saves, all of them little-endian. */
const TYPES: Readonly<Record<string, readonly [bytes: number, read: ReadNumber]>> = {
  '<f2': [2, (view, at) => fromFloat16(view.getUint16(at, true))],
  '<f4': [4, (view, at) => view.getFloat32(at, true)],
  '<f8': [8, (view, at) => view.getFloat64(at, true)],
  '|u1': [1, (view, at) => view.getUint8(at)],
  '|i1': [1, (view, at) => view.getInt8(at)],
  '<u2': [2, (view, at) => view.getUint16(at, true)],
  '<i2': [2, (view, at) => view.getInt16(at, true)],
  '<u4': [4, (view, at) => view.getUint32(at, true)],
  '<i4': [4, (view, at) => view.getInt32(at, true)],
  '<i8': [8, (view, at) => Number(view.getBigInt64(at, true))],
};

/**
 * Reads the format of `numpy.lib.format`, versions 1 to 3: a magic text, the header's length, the header as a Python dictionary, the numbers.
 * @param shown the file as its user knows it
 * @throws ConfigError with what to do
 */
export function parseNpy(bytes: Uint8Array, shown: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || bytes.length < 12) throw refused('a file that numpy.save wrote', shown);
  const isLong = view.getUint8(6) > 1;
  const begin = isLong ? 12 : 10;
  const end = begin + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(begin, end));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'a structured array';
  const sizes = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (sizes === undefined || end > bytes.length) throw refused('a whole file that numpy.save wrote', shown);
  if (/'fortran_order':\s*True/.test(header))
    throw refused('rows before columns (save numpy.ascontiguousarray of it)', shown);
  const read = TYPES[type];
  if (!read) throw refused(`float32 or another of ${Object.keys(TYPES).join(', ')}, not ${type},`, shown);
  const shape = sizes.match(/\d+/g)?.map(Number) ?? [];
  const [size, numberAt] = read;
  const count = elements(shape);
  if (bytes.length - end !== count * size)
    throw refused(`${count * size} bytes of numbers, not ${bytes.length - end},`, shown);
  const data = new Float64Array(count);
  for (let index = 0; index < count; index += 1) data[index] = numberAt(view, end + index * size);
  return { shape, data };
}

function refused(expected: string, shown: string): ConfigError {
  return new ConfigError(`Expected ${expected} in ${shown}.`);
}
