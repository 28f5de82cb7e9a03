import { type DType, elements, type Tensor, type TensorArrays } from '../../engine/tensor.js';
import type { Steps } from '../../turns/slices.js';
import { StatusError } from '../status.js';
import type { JsonWriter } from './json-writer.js';

/** Written in less than a ms. */
const ELEMENTS_A_STEP = 2 ** 10;
const OPENING = 0x5b;
const CLOSING = 0x5d;
const COMMA = 0x2c;

type WriteElement = (writer: JsonWriter, data: never, index: number) => void;

const whole: WriteElement = (writer, data: Int32Array, index) => writer.whole(data[index]!);
const whole64: WriteElement = (writer, data: BigInt64Array, index) => writer.text(String(data[index]));

/** How an element of each dtype is written; TensorFlow Serving has no words for the others. */
const ELEMENTS: { readonly [D in DType]?: WriteElement } = {
  float32: (writer, data: Float32Array, index) => writer.float32(data[index]!),
  float64: (writer, data: Float64Array, index) => writer.float64(data[index]!),
  int8: whole,
  int16: whole,
  int32: whole,
  uint8: whole,
  uint32: whole,
  int64: whole64,
  uint64: whole64,
  bool: (writer, data: Uint8Array, index) => writer.text(data[index] === 1 ? 'true' : 'false'),
  string: (writer, data: TensorArrays['string'], index) => writer.string(data[index]!),
};

const base64: WriteElement = (writer, data: TensorArrays['string'], index) => writer.base64(data[index]!);

/** The dtypes whose names in TensorFlow's C++ are not ours. */
const NATIVE_NAMES: { readonly [D in DType]?: string } = {
  float16: 'half',
  float32: 'float',
  float64: 'double',
};

/** Writes an output's tensor, or parts of it, as nested lists of its elements, row after row. */
export class TensorWriter {
  private readonly element: WriteElement;
  private readonly data: never;
  private next = 0;

  /**
   * @param name of the output: strings of one that ends in `_bytes` are written in base64
   * @throws StatusError INVALID_ARGUMENT for a dtype that cannot be written
   */
  constructor(
    private readonly writer: JsonWriter,
    name: string,
    private readonly tensor: Tensor,
  ) {
    const { dtype, shape, data } = tensor;
    const element = dtype === 'string' && name.endsWith('_bytes') ? base64 : ELEMENTS[dtype];
    if (!element && elements(shape) > 0) {
      const native = NATIVE_NAMES[dtype] ?? dtype;
      throw new StatusError('INVALID_ARGUMENT', `Failed to write JSON value for tensor type: ${native}`);
    }
    this.element = element ?? whole;
    this.data = data as never;
  }

  /** The next part whose dimensions begin with `axis`: 0 is the whole tensor, 1 a row of it. */
  *write(axis: number): Steps<void> {
    const size = this.tensor.shape[axis];
    if (size === undefined) {
      this.element(this.writer, this.data, this.next++);
      return;
    }
    this.writer.byte(OPENING);
    for (let index = 0; index < size; index++) {
      if (index > 0) this.writer.byte(COMMA);
      if (axis === this.tensor.shape.length - 1) this.element(this.writer, this.data, this.next++);
      else yield* this.write(axis + 1);
      if (this.next % ELEMENTS_A_STEP === ELEMENTS_A_STEP - 1) yield;
    }
    this.writer.byte(CLOSING);
  }
}
