import { isAscii } from 'node:buffer';
import { ServingError } from '../../../errors/serving-error.js';
import type { JsonNumbers, JsonString, JsonValue } from '../../../json/json-value.js';
import { NumberList } from '../../../json/number-list.js';
import { atOnce, type Steps, VALUES_A_STEP } from '../../../turns/slices.js';

/** A text beyond this many bytes can but be base64. Others would take twice their bytes of the heap. */
const MOST_TEXT_BYTES = 2 ** 20;

/**
 * A document as `JSON.parse` gives it, with each list of numbers as a `NumberList`.
 * @param maxTextBytes the most that one text may have
 * @throws ServingError BODY_UNREADABLE, BODY_TOO_LARGE
 */
export function* plainSteps(value: JsonValue, maxTextBytes: number): Steps<unknown> {
  switch (value.kind) {
    case 'null':
      return null;
    case 'boolean':
      return value.value;
    case 'string':
      yield;
      return textOf(value, maxTextBytes);
    case 'numbers':
      return numbersOf(value);
    case 'list': {
      const items: unknown[] = [];
      for (const item of value.items) {
        items.push(yield* plainSteps(item, maxTextBytes));
        if (items.length % VALUES_A_STEP === 0) yield;
      }
      return items;
    }
    case 'object': {
      const members: Record<string, unknown> = {};
      for (const [index, name] of value.names.entries()) {
        const member = yield* plainSteps(value.values[index]!, maxTextBytes);
        if (name === '__proto__') setOwn(members, name, member);
        else members[name] = member;
        if (index % VALUES_A_STEP === VALUES_A_STEP - 1) yield;
      }
      return members;
    }
  }
}

/** The same of a document that is small. */
export function plainJson(value: JsonValue, maxTextBytes: number): unknown {
  return atOnce(plainSteps(value, maxTextBytes));
}

/** As `JSON.parse` does: assigned, this name would set the prototype. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

function numbersOf(numbers: JsonNumbers): unknown {
  const { shape, store, start } = numbers;
  if (shape.rank === 0) return store.values[start];
  return shape.size === 0 ? [] : new NumberList(numbers);
}

function textOf({ bytes }: JsonString, maxBytes: number): string {
  if (bytes.length > maxBytes) {
    const sentence = `A text in JSON may have ${maxBytes} bytes at most, as base64 of the largest picture has.`;
    throw new ServingError('BODY_TOO_LARGE', sentence);
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(text)) return text.toString('latin1');
  if (text.length > MOST_TEXT_BYTES)
    throw new ServingError('BODY_UNREADABLE', `A text of more than ${MOST_TEXT_BYTES} bytes must be base64.`);
  return text.toString('utf8');
}
