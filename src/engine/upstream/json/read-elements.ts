import { toBfloat16, toFloat16 } from '../../../numbers/half.js';
import { type JsonValue, JsonString } from '../../../json/json-value.js';
import { INTEGER, type NumberStore } from '../../../json/number-store.js';
import { dimensions, MAX_RANK } from '../../../json/shape.js';
import { type DType, elements, NUMBER_ARRAYS, type Tensor } from '../../tensor.js';

type Element = number | bigint | Uint8Array;

/** What makes an element of a dtype of a number of the document, or of another value; `undefined` if that is none. */
interface ElementReader {
  readonly number?: (store: NumberStore, index: number) => Element | undefined;
  readonly other?: (value: JsonValue) => Element | undefined;
}

/**
 * The elements of a tensor of `shape`, in their order, of a list of them or of lists in lists; `undefined` if they are not so
 * many or one is not of the dtype. `null`, which servers write for what JSON has no word for, is NaN.
 */
export function readElements(
  value: JsonValue,
  dtype: DType,
  shape: readonly number[],
): Tensor['data'] | undefined {
  const reader = READERS[dtype];
  const found: Element[] = [];
  if (!reader || !collect(value, reader, found) || found.length !== elements(shape)) return undefined;
  if (dtype === 'string') return found as Uint8Array[];
  const data = new NUMBER_ARRAYS[dtype](found.length);
  for (let index = 0; index < found.length; index++) data[index] = found[index] as never;
  return data;
}

/** @param depth of lists that are left; deeper ones are in no tensor, and may be so deep that no stack holds them */
function collect(value: JsonValue, reader: ElementReader, found: Element[], depth = MAX_RANK): boolean {
  if (value.kind === 'list')
    return depth > 0 && value.items.every((item) => collect(item, reader, found, depth - 1));
  if (value.kind !== 'numbers') return push(reader.other?.(value), found);
  const { store, start, shape } = value;
  for (let index = start; index < start + shape.elements; index++) {
    if (!push(reader.number?.(store, index), found)) return false;
  }
  return true;
}

function push(element: Element | undefined, found: Element[]): boolean {
  if (element === undefined) return false;
  found.push(element);
  return true;
}

function decimal(bits: (value: number) => number): ElementReader {
  return {
    number: ({ values }, index) => bits(values[index]!),
    other: ({ kind }) => (kind === 'null' ? bits(NaN) : undefined),
  };
}

function whole(min: number, max: number): ElementReader {
  return {
    number: ({ values, kinds }, index) => {
      const value = values[index]!;
      return kinds[index] === INTEGER && value >= min && value <= max ? value : undefined;
    },
  };
}

function whole64(asWhole: (value: bigint) => bigint): ElementReader {
  return {
    number: (store, index) => {
      const value = store.integer(index);
      return value !== null && asWhole(value) === value ? value : undefined;
    },
  };
}

const READERS: { readonly [D in DType]?: ElementReader } = {
  float32: decimal(Math.fround),
  float64: decimal((value) => value),
  float16: decimal(toFloat16),
  bfloat16: decimal(toBfloat16),
  int8: whole(-128, 127),
  int16: whole(-(2 ** 15), 2 ** 15 - 1),
  int32: whole(-(2 ** 31), 2 ** 31 - 1),
  int64: whole64((value) => BigInt.asIntN(64, value)),
  uint8: whole(0, 255),
  uint16: whole(0, 2 ** 16 - 1),
  uint32: whole(0, 2 ** 32 - 1),
  uint64: whole64((value) => BigInt.asUintN(64, value)),
  bool: { other: (value) => (value.kind === 'boolean' ? Number(value.value) : undefined) },
  string: { other: (value) => (value.kind === 'string' ? value.bytes : base64In(value)) },
};

/** `{"b64": …}`, as TensorFlow Serving writes strings whose output is named `…_bytes`. */
function base64In(value: JsonValue): Uint8Array | undefined {
  const content = value.kind === 'object' ? value.find('b64') : undefined;
  return content instanceof JsonString ? Buffer.from(content.toString(), 'base64') : undefined;
}

/** What nested lists measure, read off the first element of each list. */
export function measure(value: JsonValue): number[] {
  const sizes: number[] = [];
  let inner: JsonValue | undefined = value;
  while (inner?.kind === 'list') {
    sizes.push(inner.items.length);
    [inner] = inner.items;
  }
  return inner?.kind === 'numbers' ? [...sizes, ...dimensions(inner.shape)] : sizes;
}

/** Whether nested lists fill `shape`: each has its size, and no element lies deeper or less deep. */
export function fills(value: JsonValue, shape: readonly number[]): boolean {
  const [size, ...inner] = shape;
  if (value.kind === 'list')
    return value.items.length === size && value.items.every((item) => fills(item, inner));
  const measured = value.kind === 'numbers' ? dimensions(value.shape) : [];
  return measured.length === shape.length && measured.every((length, axis) => length === shape[axis]);
}
