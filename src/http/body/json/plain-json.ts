import { isAscii } from 'node:buffer';
import { ServingError } from '../../../errors/serving-error.js';
import type { JsonNumbers, JsonString, JsonValue } from '../../../json/json-value.js';
import { NumberList } from '../../../json/number-list.js';

/** A text beyond this many bytes can but be base64. Others would take twice their bytes of the heap. */
const MOST_TEXT_BYTES = 2 ** 20;

/**
 * A document as `JSON.parse` gives it, with each list of numbers as a `NumberList`.
 * @param maxTextBytes the most that one text may have
 * @throws ServingError BODY_UNREADABLE, BODY_TOO_LARGE
 */
export function plainJson(value: JsonValue, maxTextBytes: number): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'boolean':
      return value.value;
    case 'string':
      return textOf(value, maxTextBytes);
    case 'numbers':
      return numbersOf(value);
    case 'list':
      return value.items.map((item) => plainJson(item, maxTextBytes));
    case 'object':
      return Object.fromEntries(
        value.names.map((name, index) => [name, plainJson(value.values[index]!, maxTextBytes)]),
      );
  }
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
