import { fromBfloat16, fromFloat16, roundToBfloat16, roundToFloat16 } from '../../../numbers/half.js';
import { type DType, elements as elementCount, type Tensor } from '../../tensor.js';

/** How a protocol spells what JSON has no one way for. */
export interface Spelling {
  /** NaN and the infinities. @throws EngineError `input` if it cannot */
  readonly notFinite: (value: number) => string;
  /** @throws EngineError `input` if it cannot */
  readonly string: (bytes: Uint8Array) => string;
}

/**
 * The elements of a tensor as JSON, one by one: whole numbers in full, others with the fewest digits that tell them from their
 * neighbours.
 */
export function writeElements({ dtype, data }: Tensor, spelling: Spelling): string[] {
  if (dtype === 'string') return (data as Uint8Array[]).map(spelling.string);
  const numbers = data as Float32Array; // Any array of numbers, or of bigints: both have their digits from `String`.
  const spell = WRITERS[dtype]?.(spelling) ?? String;
  const written: string[] = [];
  for (let index = 0; index < numbers.length; index++) written.push(spell(numbers[index]!));
  return written;
}

/** Lists in lists, as the shape has them. @param elements as many as the shape has */
export function nest(elements: readonly string[], shape: readonly number[]): string {
  if (shape.length === 0) return elements[0] ?? '[]';
  if (elements.length === 0) return '[]';
  // Between two elements as many lists end, and begin, as are full; the innermost are full most often.
  const sizes = shape
    .slice(1)
    .map((_, axis) => elementCount(shape.slice(axis + 1)))
    .toReversed();
  const seams = sizes.map((_, full) => `${']'.repeat(full + 1)},${'['.repeat(full + 1)}`);
  let written = '['.repeat(shape.length) + elements[0];
  for (let index = 1; index < elements.length; index++) {
    let full = 0;
    while (index % (sizes[full] ?? Infinity) === 0) full++;
    written += (full === 0 ? ',' : seams[full - 1]!) + elements[index];
  }
  return written + ']'.repeat(shape.length);
}

type Writer = (spelling: Spelling) => (value: number) => string;

const WRITERS: { readonly [D in DType]?: Writer } = {
  float32: ({ notFinite }) => decimal(notFinite, shortestWriter(6, Math.fround)),
  float64: ({ notFinite }) => decimal(notFinite, String),
  float16: ({ notFinite }) => {
    const spell = decimal(notFinite, shortestWriter(1, roundToFloat16));
    return (bits) => spell(fromFloat16(bits));
  },
  bfloat16: ({ notFinite }) => {
    const spell = decimal(notFinite, shortestWriter(1, roundToBfloat16));
    return (bits) => spell(fromBfloat16(bits));
  },
  bool: () => (value) => (value === 0 ? 'false' : 'true'),
};

function decimal(notFinite: Spelling['notFinite'], finite: (value: number) => string) {
  return (value: number): string => {
    if (!Number.isFinite(value)) return notFinite(value);
    return Object.is(value, -0) ? '-0.0' : finite(value); // `-0` is an integer to some parsers, and loses its sign.
  };
}

/** Pixels have 256 values a channel: of so many the digits are looked for once. */
const KEPT_SPELLINGS = 4096;

/** @param digits with so many, no shorter decimal that is this number is missed */
function shortestWriter(digits: number, round: (value: number) => number): (value: number) => string {
  const kept = new Map<number, string>();
  return (value) => {
    let written = kept.get(value);
    if (written === undefined) {
      written = shortest(value, digits, round);
      if (kept.size < KEPT_SPELLINGS) kept.set(value, written);
    }
    return written;
  };
}

function shortest(value: number, digits: number, round: (value: number) => number): string {
  if (Number.isSafeInteger(value)) return String(value);
  // Numbers below 2^-126 have fewer bits the smaller they are.
  const fewest = Math.abs(value) < 2 ** -126 ? 1 : digits;
  let written = Number(value.toPrecision(9));
  for (let count = 8; count >= fewest; count--) {
    const shorter = Number(value.toPrecision(count));
    if (round(shorter) !== value) break;
    written = shorter;
  }
  return String(written);
}
