import { ServingError } from '../errors/serving-error.js';
import {
  describeTensor,
  type DType,
  elements,
  entriesPerElement,
  fits,
  type Tensor,
  type TensorSpec,
} from '../engine/tensor.js';
import { NumberList } from '../json/number-list.js';
import type { NumberRange } from '../json/number-range.js';
import { roundToBfloat16, roundToFloat16, toBfloat16, toFloat16 } from '../numbers/half.js';
import { atOnce, type Steps, VALUES_A_STEP } from '../turns/slices.js';
import { bytesOfBase64, isBytesObject } from './base64.js';

/** Some dtypes take half a microsecond for each. */
const NUMBERS_A_STEP = 2 ** 12;
const SHORT_TEXT = 2 ** 12;

export interface TensorRead {
  readonly tensor: Tensor;
  readonly isInstance: boolean;
}

/**
 * Nested JSON arrays as a tensor for `spec`. complex elements are pairs `[real, imaginary]`; strings are sent as UTF-8, or their bytes
 * as `{"b64": …}`. A tensor that lacks only the batch dimension is one instance, and gets a batch of one.
 * @throws ServingError INPUT_INVALID, which says what was expected and what was found
 */
export function* tensorSteps(value: unknown, spec: TensorSpec): Steps<TensorRead> {
  const shape = shapeOf(value);
  if (entriesPerElement(spec.dtype) === 2 && shape.pop() !== 2)
    throw refused(spec, 'elements that are not pairs [real, imaginary]');
  const fitted = fittedShape(shape, spec.shape);
  if (!fitted) throw refused(spec, `the shape [${shape.join(', ')}]`);
  if (elements(shape) === 0) throw refused(spec, 'no elements at all');
  const data = yield* fill(value, shape, spec);
  return { tensor: { dtype: spec.dtype, shape: fitted.shape, data }, isInstance: fitted.isInstance };
}

/** The same of what is small. */
export function tensorFromJson(value: unknown, spec: TensorSpec): TensorRead {
  return atOnce(tensorSteps(value, spec));
}

/**
 * The shape in which what was sent suits a spec: as it is, as one instance without the batch dimension, or without a last dimension of
 * 1; `undefined` where it suits in no way.
 */
export function fittedShape(
  shape: readonly number[],
  spec: TensorSpec['shape'],
): { readonly shape: readonly number[]; readonly isInstance: boolean } | undefined {
  const asWhole = [shape, ...(spec && spec.length > 1 && spec.at(-1) === 1 ? [[...shape, 1]] : [])];
  const asInstance = spec?.[0] === null ? asWhole.map((sizes) => [1, ...sizes]) : [];
  const candidates = [asWhole[0], asInstance[0], asWhole[1], asInstance[1]];
  const found = candidates.findIndex((sizes) => sizes !== undefined && fits(sizes, spec));
  return found < 0 ? undefined : { shape: candidates[found]!, isInstance: found % 2 === 1 };
}

function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  let inner = value;
  for (; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return inner instanceof NumberList ? [...shape, ...inner.shape] : shape;
}

function* fill(value: unknown, shape: readonly number[], spec: TensorSpec): Steps<Tensor['data']> {
  const perElement = entriesPerElement(spec.dtype);
  const sizes = perElement === 2 ? [...shape, 2] : shape;
  const { make, read, says } = ELEMENTS[spec.dtype];
  const data = make(elements(shape) * perElement);
  let next = 0;
  const add = (node: unknown, element: Element | undefined): void => {
    if (element === undefined) throw refused(spec, `${shown(node)}, which is not ${says}`);
    data[next++] = element;
  };
  const walk = function* (node: unknown, axis: number): Steps<void> {
    if (axis < sizes.length) {
      if (node instanceof NumberList) {
        const [found, expected] = [node.shape, sizes.slice(axis)];
        if (String(found) !== String(expected))
          throw refused(spec, `arrays of the shapes [${expected}] and [${found}] side by side`);
        yield* fillAll(data, next, node, spec);
        next += node.elements;
        return;
      }
      if (!Array.isArray(node))
        throw refused(spec, `${shown(node)} where an array of ${sizes[axis]} belongs`);
      if (node.length !== sizes[axis])
        throw refused(spec, `arrays of ${sizes[axis]} and of ${node.length} side by side`);
      const isLast = axis === sizes.length - 1;
      for (const [index, child] of node.entries()) {
        if (index % VALUES_A_STEP === VALUES_A_STEP - 1) yield;
        if (isLast && isShort(child)) add(child, read(child));
        else yield* walk(child, axis + 1);
      }
      return;
    }
    yield;
    const isBytes = spec.dtype === 'string' && isBytesObject(node);
    add(node, isBytes ? yield* bytesOfBase64(node.b64) : read(node));
  };
  yield* walk(value, 0);
  return data as Tensor['data'];
}

/** Whether an element takes no time to read. */
function isShort(node: unknown): boolean {
  return typeof node === 'string' ? node.length < SHORT_TEXT : typeof node !== 'object';
}

/** Numbers that all suit a dtype are converted at once, others one by one up to the first that does not. */
function* fillAll(data: ElementArray, start: number, list: NumberList, spec: TensorSpec): Steps<void> {
  const { read, says, suits } = ELEMENTS[spec.dtype];
  const { values } = list;
  const isSuited = suits?.(list.range) ?? false;
  for (let from = 0; from < values.length; from += NUMBERS_A_STEP) {
    if (from > 0) yield;
    const some = values.subarray(from, from + NUMBERS_A_STEP);
    if (isSuited) {
      (data as Float32Array).set(some, start + from);
      continue;
    }
    for (let index = 0; index < some.length; index++) {
      const value = some[index]!;
      const element = read(value);
      if (element === undefined) throw refused(spec, `${shown(value)}, which is not ${says}`);
      data[start + from + index] = element;
    }
  }
}

type Element = number | bigint | Uint8Array;
type ElementArray = { [index: number]: Element };

interface ElementKind {
  readonly make: (length: number) => ElementArray;
  /** The element, or `undefined` if this JSON value is none. */
  readonly read: (node: unknown) => Element | undefined;
  readonly says: string;
  /** Whether all numbers of such a range are elements just as a typed array converts them. */
  readonly suits?: (range: NumberRange) => boolean;
}

const whole = (min: number, max: number, make: ElementKind['make']): ElementKind => ({
  make,
  read: (node) =>
    Number.isInteger(node) && (node as number) >= min && (node as number) <= max
      ? (node as number)
      : undefined,
  says: `a whole number from ${min} to ${max}`,
  suits: ({ least, most, areWhole }) => areWhole && least >= min && most <= max,
});
/** Decimals, as the numbers, or the bits of the numbers, of `dtype` that are nearest. */
const decimal = (
  dtype: DType,
  make: ElementKind['make'],
  round: (value: number) => number,
  bits: (value: number) => number = round,
): ElementKind => ({
  make,
  read: (node) => (typeof node === 'number' && Number.isFinite(round(node)) ? bits(node) : undefined),
  says: `a number that ${dtype} holds`,
  ...(bits === round && {
    suits: ({ least, most }) => Number.isFinite(round(least)) && Number.isFinite(round(most)),
  }),
});
/** 64 bits, from 2^53 on as a text: JSON's numbers are exact up to there. */
const whole64 = (
  asWhole: (value: bigint) => bigint,
  make: ElementKind['make'],
  says: string,
): ElementKind => ({
  make,
  read: (node) => {
    if (!Number.isSafeInteger(node) && (typeof node !== 'string' || !/^-?\d{1,20}$/.test(node)))
      return undefined;
    const value = BigInt(node as number | string);
    return asWhole(value) === value ? value : undefined;
  },
  says: `a whole number of 64 bits${says} (beyond 2^53 as a text)`,
});
const identity = (value: number): number => value;

const ELEMENTS: Readonly<Record<DType, ElementKind>> = {
  float32: decimal('float32', (length) => new Float32Array(length), Math.fround),
  float64: decimal('float64', (length) => new Float64Array(length), identity),
  float16: decimal('float16', (length) => new Uint16Array(length), roundToFloat16, toFloat16),
  bfloat16: decimal('bfloat16', (length) => new Uint16Array(length), roundToBfloat16, toBfloat16),
  complex64: decimal('float32', (length) => new Float32Array(length), Math.fround),
  complex128: decimal('float64', (length) => new Float64Array(length), identity),
  int8: whole(-128, 127, (length) => new Int8Array(length)),
  int16: whole(-(2 ** 15), 2 ** 15 - 1, (length) => new Int16Array(length)),
  int32: whole(-(2 ** 31), 2 ** 31 - 1, (length) => new Int32Array(length)),
  int64: whole64(
    (value) => BigInt.asIntN(64, value),
    (length) => new BigInt64Array(length),
    '',
  ),
  uint8: whole(0, 255, (length) => new Uint8Array(length)),
  uint16: whole(0, 2 ** 16 - 1, (length) => new Uint16Array(length)),
  uint32: whole(0, 2 ** 32 - 1, (length) => new Uint32Array(length)),
  uint64: whole64(
    (value) => BigInt.asUintN(64, value),
    (length) => new BigUint64Array(length),
    ', not negative',
  ),
  bool: {
    make: (length) => new Uint8Array(length),
    read: (node) => (typeof node === 'boolean' ? Number(node) : undefined),
    says: 'true or false',
  },
  string: {
    make: () => [],
    read: (node) => (typeof node === 'string' ? Buffer.from(node) : undefined),
    says: 'a text, or bytes as {"b64": "<base64>"}',
  },
};

function refused(spec: TensorSpec, found: string): ServingError {
  return new ServingError(
    'INPUT_INVALID',
    `Expected ${describeTensor(spec)} for the input "${spec.name}" but received ${found}.`,
  );
}

/** No more of a text than is shown. */
function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 40) : value;
}

function shown(node: unknown): string {
  const json = JSON.stringify(node, shortened) ?? String(node);
  return json.length > 40 ? `${json.slice(0, 37)}…` : json;
}
