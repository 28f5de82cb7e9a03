import type { JsonObject, JsonValue } from './json-value.js';
import { DECIMAL, type NumberStore } from './number-store.js';
import type { Shape } from './shape.js';

/** Nothing more is written once this many bytes are (`kMaxJsonDebugStringBytes` of `tensorflow_serving/util/json_tensor.cc`). */
const MAX_BYTES = 256;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', String.raw`\"`],
  ['\\', String.raw`\\`],
  ['\b', String.raw`\b`],
  ['\f', String.raw`\f`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

/** A value as error texts show it: lists on one line, objects indented, broken off near 256 bytes, and no longer JSON then. */
export function excerpt(value: JsonValue): string {
  const writer = new ExcerptWriter();
  writer.value(value);
  return Buffer.from(writer.text, 'latin1').toString();
}

/** Each method returns false where the text breaks off. `text` has a character per byte of UTF-8. */
class ExcerptWriter {
  text = '';
  private depth = 0;
  /** What goes before the next value, if that is still written. */
  private prefix = '';

  value(value: JsonValue): boolean {
    switch (value.kind) {
      case 'null':
        return this.write('null');
      case 'boolean':
        return this.write(String(value.value));
      case 'string':
        return this.string(value.bytes);
      case 'numbers':
        return this.numbers(value.store, value.shape, value.start);
      case 'list':
        return this.list(value.items.length, (index) => this.value(value.items[index]!));
      case 'object':
        return this.object(value);
    }
  }

  private numbers(store: NumberStore, shape: Shape, start: number): boolean {
    if (shape.rank > 0) {
      return this.list(shape.size, (index) => {
        return this.numbers(store, shape.of!, start + index * shape.of!.elements);
      });
    }
    const value = store.values[start]!;
    if (store.kinds[start] !== DECIMAL) return this.write(String(store.integer(start)));
    if (Number.isFinite(value)) return this.write(spellDecimal(value));
    // rapidjson writes no number that is not finite, and stops there.
    this.write('');
    return false;
  }

  private list(length: number, element: (index: number) => boolean): boolean {
    if (!this.write('[')) return false;
    this.depth++;
    for (let index = 0; index < length; index++) {
      if (index > 0) this.prefix = ', ';
      if (!element(index)) return false;
    }
    this.depth--;
    return this.write(']');
  }

  private object({ names, values }: JsonObject): boolean {
    if (!this.write('{')) return false;
    this.depth++;
    for (let index = 0; index < names.length; index++) {
      this.prefix = `${index > 0 ? ',' : ''}\n${' '.repeat(4 * this.depth)}`;
      if (!this.string(Buffer.from(names[index]!))) return false;
      this.prefix = ': ';
      if (!this.value(values[index]!)) return false;
    }
    this.depth--;
    return this.write(names.length > 0 ? `\n${' '.repeat(4 * this.depth)}}` : '}');
  }

  /** A string that is itself too long is broken off as well, between two characters. */
  private string(bytes: Uint8Array): boolean {
    const whole = bytes.length <= MAX_BYTES;
    const shown = Buffer.from(whole ? bytes : withoutPart(bytes.subarray(0, MAX_BYTES))).toString('latin1');
    // eslint-disable-next-line no-control-regex
    const escaped = shown.replace(/["\\\u0000-\u001f]/g, (character) => {
      return (
        ESCAPES.get(character) ??
        `\\u00${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      );
    });
    return this.write(`"${escaped}${whole ? '"' : ''}`) && whole;
  }

  private write(text: string): boolean {
    if (this.text.length >= MAX_BYTES) return false;
    this.text += this.prefix + text;
    this.prefix = '';
    return true;
  }
}

/** `1.0`, `0.25`, `1e21`: the shortest digits, and never like an integer (`include/rapidjson/internal/dtoa.h`). */
function spellDecimal(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The bytes without a character of UTF-8 that is cut off at their end. */
function withoutPart(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, Math.max(0, end - 1));
}
