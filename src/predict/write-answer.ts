import { elements, type Tensor } from '../engine/tensor.js';
import type { Steps } from '../turns/slices.js';
import { elementToJson, tensorToJson } from './tensor-to-json.js';

/** Elements that are written in one step. */
const ELEMENTS_A_STEP = 2 ** 10;
/** Whole groups of base64. */
const BYTES_A_STEP = 3 * 2 ** 16;

/** The JSON of an answer, or of a part of it: one text, or pieces where it took long to write. */
export type JsonPieces = readonly (string | Buffer)[];

/** A part of an answer that is JSON already. */
export class JsonText {
  constructor(readonly pieces: JsonPieces) {}
}

/** A tensor as an answer has it: nested JSON arrays, or what they are written as where they are long. */
export function* tensorValue(tensor: Tensor): Steps<unknown> {
  if (elements(tensor.shape) <= ELEMENTS_A_STEP) return tensorToJson(tensor);
  const pieces: Buffer[] = [];
  yield* writeTensor(tensor, pieces);
  return new JsonText(pieces);
}

/** Bytes as base64. */
export function* base64Value(bytes: Uint8Array): Steps<string | JsonText> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.length <= BYTES_A_STEP) return source.toString('base64');
  const pieces: Buffer[] = [Buffer.from('"')];
  for (let at = 0; at < source.length; at += BYTES_A_STEP) {
    if (at > 0) yield;
    pieces.push(Buffer.from(source.toString('base64', at, at + BYTES_A_STEP), 'latin1'));
  }
  pieces.push(Buffer.from('"'));
  return new JsonText(pieces);
}

/** The JSON of an answer. */
export function jsonOf(answer: object): JsonPieces {
  if (!hasText(answer)) return [JSON.stringify(answer)];
  const pieces: (string | Buffer)[] = [];
  write(answer, pieces);
  return pieces;
}

/** Whether a part of a value is JSON already. Lists of anything but objects hold none. */
function hasText(value: unknown): boolean {
  if (value instanceof JsonText) return true;
  if (Array.isArray(value)) return isObject(value[0]) && value.some(hasText);
  return isObject(value) && Object.values(value).some(hasText);
}

function write(value: unknown, pieces: (string | Buffer)[]): void {
  if (value instanceof JsonText) {
    for (const piece of value.pieces) pieces.push(piece);
  } else if (!hasText(value)) {
    pieces.push(JSON.stringify(value));
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      pieces.push(index === 0 ? '[' : ',');
      write(item, pieces);
    }
    pieces.push(']');
  } else {
    const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
    for (const [index, [name, member]] of members.entries()) {
      pieces.push(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
      write(member, pieces);
    }
    pieces.push('}');
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* writeTensor({ dtype, shape, data }: Tensor, pieces: Buffer[]): Steps<void> {
  const toJson = elementToJson(dtype);
  let next = 0;
  const level = function* (axis: number): Steps<void> {
    const size = shape[axis]!;
    const isInnermost = axis === shape.length - 1;
    if (isInnermost && size <= ELEMENTS_A_STEP) {
      pieces.push(Buffer.from(textOf(size)));
      return;
    }
    pieces.push(Buffer.from('['));
    for (let index = 0; index < size; index += isInnermost ? ELEMENTS_A_STEP : 1) {
      if (index > 0) pieces.push(Buffer.from(','));
      yield;
      if (isInnermost) pieces.push(Buffer.from(textOf(Math.min(ELEMENTS_A_STEP, size - index)).slice(1, -1)));
      else yield* level(axis + 1);
    }
    pieces.push(Buffer.from(']'));
  };
  const textOf = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, () => toJson(data as never, next++)));
  yield* level(0);
}
