import type { JsonNumbers, JsonValue } from '../../json/json-value.js';
import { MAX_RANK, dimensions, type Shape } from '../../json/shape.js';
import { type Steps, VALUES_A_STEP } from '../../turns/slices.js';
import { numberAt, type Elements } from './elements.js';
import { invalidArgument, invalidValue } from './request-error.js';

/**
 * Adds all elements of a value, and gives its shape: the sizes of the lists on the way down to the first element. Throws if a
 * list elsewhere has another size, an element is elsewhere at another depth, or one is not of the dtype, whichever comes
 * first in the document (`GetDenseTensorShape` and `FillTensorProto` of `tensorflow_serving/util/json_tensor.cc`).
 */
export function* fill(value: JsonValue, elements: Elements): Steps<number[]> {
  const shape = firstShape(value);
  yield* fillLevel(value, 0, shape, elements);
  return shape;
}

/** Bounds the rank, and thereby the recursion of `fillLevel`. */
function firstShape(value: JsonValue): number[] {
  const shape: number[] = [];
  let inner: JsonValue | undefined = value;
  while (inner?.kind === 'list' && shape.length <= MAX_RANK) {
    shape.push(inner.items.length);
    inner = inner.items[0];
  }
  if (inner?.kind === 'numbers') shape.push(...dimensions(inner.shape));
  if (shape.length > MAX_RANK) throw invalidArgument(`A tensor has at most ${MAX_RANK} dimensions`);
  return shape;
}

function* fillLevel(
  value: JsonValue,
  level: number,
  shape: readonly number[],
  elements: Elements,
): Steps<void> {
  if (value.kind === 'numbers') return yield* fillNumbers(value, level, shape, elements);
  if (value.kind === 'list') {
    checkList(value.items.length, level, shape);
    for (const [index, item] of value.items.entries()) {
      if (index % VALUES_A_STEP === VALUES_A_STEP - 1) yield;
      yield* fillLevel(item, level + 1, shape, elements);
    }
    return;
  }
  checkElement(value, level, shape);
  yield* elements.add(value);
}

/** The lists of a block are alike, so the first at each level speaks for the others. */
function* fillNumbers(
  numbers: JsonNumbers,
  level: number,
  shape: readonly number[],
  elements: Elements,
): Steps<void> {
  let depth = level;
  let inner: Shape | null = numbers.shape;
  for (; inner !== null && inner.rank > 0; inner = inner.of) checkList(inner.size, depth++, shape);
  if (numbers.shape.elements === 0) return;
  checkElement(numberAt(numbers, numbers.start), depth, shape);
  yield* elements.addNumbers(numbers);
}

function checkList(size: number, level: number, shape: readonly number[]): void {
  if (level >= shape.length) {
    throw invalidArgument(`Encountered list at unexpected level: ${level} expected < ${shape.length}`);
  }
  if (size !== shape[level]) {
    throw invalidArgument(
      `Encountered list at unexpected size: ${size} at level: ${level} expected size: ${shape[level]}`,
    );
  }
}

function checkElement(element: JsonValue, level: number, shape: readonly number[]): void {
  if (level === shape.length) return;
  throw invalidValue(
    element,
    `found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${shape.length}`,
  );
}
