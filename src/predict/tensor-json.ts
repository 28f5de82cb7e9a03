import { ServingError } from '../errors/serving-error.js';
import {
  describeTensor,
  type DType,
  elements,
  fits,
  type Tensor,
  type TensorSpec,
} from '../engine/tensor.js';

/**
 * Nested JSON arrays as a tensor for `spec`. complex64 elements are pairs `[real, imaginary]`; strings are sent as UTF-8.
 * A tensor that lacks only the batch dimension is one instance, and gets a batch of one.
 * @throws ServingError INPUT_INVALID, which says what was expected and what was found
 */
export function tensorFromJson(value: unknown, spec: TensorSpec): { tensor: Tensor; isInstance: boolean } {
  const shape = shapeOf(value);
  if (spec.dtype === 'complex64' && shape.pop() !== 2)
    throw refused(spec, 'elements that are not pairs [real, imaginary]');
  const fitsWhole = fits(shape, spec.shape);
  const isInstance = !fitsWhole && spec.shape?.[0] === null && fits([1, ...shape], spec.shape);
  if (!fitsWhole && !isInstance) throw refused(spec, `the shape [${shape.join(', ')}]`);
  if (elements(shape) === 0) throw refused(spec, 'no elements at all');
  const data = fill(value, shape, spec);
  return { tensor: { dtype: spec.dtype, shape: isInstance ? [1, ...shape] : shape, data }, isInstance };
}

function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

function fill(value: unknown, shape: readonly number[], spec: TensorSpec): Tensor['data'] {
  const perElement = spec.dtype === 'complex64' ? 2 : 1;
  const sizes = perElement === 2 ? [...shape, 2] : shape;
  const { make, read, says } = ELEMENTS[spec.dtype];
  const data = make(elements(shape) * perElement);
  let next = 0;
  const walk = (node: unknown, axis: number): void => {
    if (axis < sizes.length) {
      if (!Array.isArray(node))
        throw refused(spec, `${shown(node)} where an array of ${sizes[axis]} belongs`);
      if (node.length !== sizes[axis])
        throw refused(spec, `arrays of ${sizes[axis]} and of ${node.length} side by side`);
      for (const child of node) walk(child, axis + 1);
      return;
    }
    const element = read(node);
    if (element === undefined) throw refused(spec, `${shown(node)}, which is not ${says}`);
    data[next++] = element;
  };
  walk(value, 0);
  return data as Tensor['data'];
}

type Element = number | bigint | Uint8Array;

interface ElementKind {
  readonly make: (length: number) => { [index: number]: Element };
  /** The element, or `undefined` if this JSON value is none. */
  readonly read: (node: unknown) => Element | undefined;
  readonly says: string;
}

const whole = (min: number, max: number, make: ElementKind['make']): ElementKind => ({
  make,
  read: (node) =>
    Number.isInteger(node) && (node as number) >= min && (node as number) <= max
      ? (node as number)
      : undefined,
  says: `a whole number from ${min} to ${max}`,
});
const decimal: ElementKind = {
  make: (length) => new Float32Array(length),
  read: (node) => (typeof node === 'number' && Number.isFinite(Math.fround(node)) ? node : undefined),
  says: 'a number that float32 holds',
};

const ELEMENTS: Readonly<Record<DType, ElementKind>> = {
  float32: decimal,
  complex64: decimal,
  int32: whole(-(2 ** 31), 2 ** 31 - 1, (length) => new Int32Array(length)),
  int64: {
    make: (length) => new BigInt64Array(length),
    read: readInt64,
    says: 'a whole number of 64 bits (beyond 2^53 as a text)',
  },
  uint8: whole(0, 255, (length) => new Uint8Array(length)),
  bool: {
    make: (length) => new Uint8Array(length),
    read: (node) => (typeof node === 'boolean' ? Number(node) : undefined),
    says: 'true or false',
  },
  string: {
    make: () => [],
    read: (node) => (typeof node === 'string' ? Buffer.from(node) : undefined),
    says: 'a text',
  },
};

/** JSON's numbers are exact up to 2^53; what is larger comes, and is answered, as a text of digits. */
function readInt64(node: unknown): bigint | undefined {
  if (Number.isSafeInteger(node)) return BigInt(node as number);
  if (typeof node !== 'string' || !/^-?\d{1,19}$/.test(node)) return undefined;
  const value = BigInt(node);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function refused(spec: TensorSpec, found: string): ServingError {
  return new ServingError(
    'INPUT_INVALID',
    `Expected ${describeTensor(spec)} for the input "${spec.name}" but received ${found}.`,
  );
}

function shown(node: unknown): string {
  const json = JSON.stringify(node) ?? String(node);
  return json.length > 40 ? `${json.slice(0, 37)}…` : json;
}

/**
 * A tensor as nested JSON arrays. NaN and infinities, for which JSON has no words, are `null`; strings that are not UTF-8 are
 * `{"b64": …}`.
 */
export function tensorToJson({ dtype, shape, data }: Tensor): unknown {
  const toJson = TO_JSON[dtype];
  let next = 0;
  const build = (axis: number): unknown => {
    if (axis < shape.length) return Array.from({ length: shape[axis]! }, () => build(axis + 1));
    return toJson(data as never, next++);
  };
  return build(0);
}

const TO_JSON: { readonly [D in DType]: (data: never, index: number) => unknown } = {
  float32: (data: Float32Array, index) => shortest(data[index]!),
  complex64: (data: Float32Array, index) => [shortest(data[2 * index]!), shortest(data[2 * index + 1]!)],
  int32: (data: Int32Array, index) => data[index],
  int64: (data: BigInt64Array, index) => {
    const value = data[index]!;
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  },
  uint8: (data: Uint8Array, index) => data[index],
  bool: (data: Uint8Array, index) => data[index] === 1,
  string: (data: readonly Uint8Array[], index) => textOrBase64(data[index]!),
};

/** The shortest decimal that is this float32: 0.1, not 0.10000000149011612. */
export function shortest(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (Number.isSafeInteger(value)) return value;
  // Numbers below 2^-126 have fewer bits the smaller they are, and may need no more than one digit.
  for (let digits = Math.abs(value) < 2 ** -126 ? 1 : 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function textOrBase64(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { b64: Buffer.from(bytes).toString('base64') };
  }
}
