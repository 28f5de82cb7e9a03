import { type Metadata, Module } from 'h5wasm';
import { fromFloat16 } from '../../numbers/half.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import type { WeightArray } from './contents.js';
import type { Hdf5File } from './hdf5-file.js';

/** libhdf5's memory grows and never shrinks, so it is given a dataset in pieces of this size at most. */
const PIECE_BYTES = 16 * 1024 ** 2;

const MAX_RANK = 8;

const MAX_WEIGHTS_BYTES = 2 ** 32;

/** Keras writes weights as they are; a file that holds less than a sixteenth of what it claims was made to be absurd. */
const MAX_EXPANSION = 16;

/** Reads the weights of one file and keeps account of their size. */
export class WeightReader {
  private claimed = 0;
  private readonly limit: number;

  constructor(
    private readonly file: Hdf5File,
    fileBytes: number,
  ) {
    this.limit = Math.min(MAX_WEIGHTS_BYTES, MAX_EXPANSION * fileBytes);
  }

  /**
   * @param path of the dataset
   * @param name of the weight, for the array
   * @throws KerasFault
   */
  read(path: string, name: string): WeightArray {
    const metadata = this.file.metadata(path);
    const shape = metadata.shape;
    const toFloat32 = this.isBfloat16(path, metadata) ? fromBfloat16 : converter(metadata);
    if (!shape || !toFloat32 || shape.length > MAX_RANK) {
      throw new KerasFault(`has the weights ${quote(path)} in a form that this server does not read`);
    }
    const elements = shape.reduce((product, length) => product * length, 1);
    // It is kept as float32, and a piece of it as it is.
    this.claimed += elements * 4;
    if (!(this.claimed <= this.limit)) {
      throw new KerasFault(`is damaged: it claims ${this.claimed} bytes of weights, more than it can hold`);
    }
    const values = new Float32Array(elements);
    let at = 0;
    for (const { count, offset } of pieces(shape, metadata.size)) {
      const bytes = new Uint8Array(count.reduce((product, length) => product * length, metadata.size));
      this.file.read(path, count, offset, bytes);
      const piece = toFloat32(bytes.buffer);
      values.set(piece, at);
      at += piece.length;
    }
    return { name, shape: [...shape], values };
  }

  /** HDF5 has no such numbers: Keras writes two bytes of no type, and says in an attribute what they are. */
  private isBfloat16(path: string, { type, size }: Metadata): boolean {
    const opaque = type === Module.H5T_class_t.H5T_OPAQUE.value && size === 2;
    return opaque && this.file.texts(path, 'dtype')?.[0] === 'bfloat16';
  }
}

type ToFloat32 = (buffer: ArrayBuffer) => ArrayLike<number>;

/** The upper half of a float32. */
function fromBfloat16(buffer: ArrayBuffer): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 2 ** 16).buffer);
}

/** What makes float32 of a dataset's elements; `null` for one of other things than the usual numbers. */
function converter({ type, size, signed }: Metadata): ToFloat32 | null {
  const { H5T_FLOAT, H5T_INTEGER } = Module.H5T_class_t;
  if (type === H5T_FLOAT.value) {
    if (size === 2) return (buffer) => Float32Array.from(new Uint16Array(buffer), fromFloat16);
    if (size === 4) return (buffer) => new Float32Array(buffer);
    return size === 8 ? (buffer) => new Float64Array(buffer) : null;
  }
  if (type !== H5T_INTEGER.value) return null;
  if (size === 1) return (buffer) => (signed ? new Int8Array(buffer) : new Uint8Array(buffer));
  if (size === 4) return (buffer) => (signed ? new Int32Array(buffer) : new Uint32Array(buffer));
  return size === 8 ? (buffer) => Float32Array.from(new BigInt64Array(buffer), Number) : null;
}

interface Piece {
  readonly count: readonly number[];
  readonly offset: readonly number[];
}

/** Boxes of at most `PIECE_BYTES` that make up an array, in the order of its elements. */
function* pieces(shape: readonly number[], elementBytes: number): Generator<Piece> {
  if (shape.includes(0)) return;
  // The first axis below which all fits; it is cut in runs, and those before it one by one.
  let axis = 0;
  let below = shape.slice(1).reduce((product, length) => product * length, elementBytes);
  while (below > PIECE_BYTES) below /= shape[++axis]!;
  const run = Math.max(1, Math.floor(PIECE_BYTES / below));
  const outer = shape.slice(0, axis).reduce((product, length) => product * length, 1);
  for (let index = 0; index < outer; index++) {
    const leading = coordinates(index, shape.slice(0, axis));
    for (let from = 0; from < (shape[axis] ?? 1); from += run) {
      const length = Math.min(run, (shape[axis] ?? 1) - from);
      yield shape.length === 0
        ? { count: [], offset: [] }
        : {
            count: [...leading.map(() => 1), length, ...shape.slice(axis + 1)],
            offset: [...leading, from, ...shape.slice(axis + 1).map(() => 0)],
          };
    }
  }
}

function coordinates(index: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = index;
  for (const length of shape.toReversed()) {
    at.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return at;
}
