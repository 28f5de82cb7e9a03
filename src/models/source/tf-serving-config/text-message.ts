import { ConfigError, show } from '../../../config/expect.js';
import type { TextField, TextValue } from './text-proto.js';
import { TextFault } from './text-tokens.js';

/** What the schema says of a field. */
export type FieldRule = 'once' | 'repeated';

/** Where a value stands: `base_path in models.config, line 4`. */
export function placeOf(name: string, file: string, line: number): string {
  return `${name} in ${file}, line ${line},`;
}

export function refusal(expected: string, name: string, file: string, line: number, received: string) {
  return new ConfigError(`Expected ${expected} for ${placeOf(name, file, line)} but received ${received}.`);
}

/** A message of a text, held against its schema: fields that it does not know or that come too often are refused. */
export class TextMessage {
  private readonly values = new Map<string, { readonly line: number; readonly values: TextValue[] }>();

  /**
   * @param name what the sentences call it
   * @throws ConfigError
   */
  constructor(
    readonly name: string,
    readonly file: string,
    readonly line: number,
    fields: readonly TextField[],
    rules: Readonly<Record<string, FieldRule>>,
  ) {
    for (const field of fields) {
      const rule = Object.hasOwn(rules, field.name) ? rules[field.name] : undefined;
      if (rule === undefined) {
        const known = Object.keys(rules);
        const choice = known.length === 0 ? 'no field' : `one of ${known.join(', ')}`;
        throw refusal(choice, name, file, field.line, show(field.name));
      }
      const earlier = this.values.get(field.name);
      if (rule === 'once' && field.listed) throw refusal('one value', field.name, file, field.line, 'a list');
      if (rule === 'once' && earlier)
        throw refusal(
          `one value`,
          field.name,
          file,
          field.line,
          `another, after that of line ${earlier.line}`,
        );
      if (earlier) earlier.values.push(...field.values);
      else this.values.set(field.name, { line: field.line, values: [...field.values] });
    }
  }

  all(field: string): readonly TextValue[] {
    return this.values.get(field)?.values ?? [];
  }

  one(field: string): TextValue | undefined {
    return this.all(field)[0];
  }

  text(field: string): string | undefined {
    const value = this.one(field);
    if (value === undefined) return undefined;
    if (value.kind !== 'string') throw this.wrong('a text in quotes', field, value);
    return value.text;
  }

  word(field: string): string | undefined {
    const value = this.one(field);
    if (value === undefined) return undefined;
    if (value.kind !== 'word' && value.kind !== 'number') throw this.wrong('a name', field, value);
    return value.text;
  }

  /** Whole numbers from 0 to `max`. An int64 beyond 2^53 - 1 could not be told apart from its neighbours. */
  wholes(field: string, max: number): number[] {
    return this.all(field).map((value) => {
      const number = value.kind === 'number' ? wholeOf(value.text) : undefined;
      if (number === undefined || number > max)
        throw this.wrong(`a whole number from 0 to ${max}`, field, value);
      return number;
    });
  }

  messages(field: string, rules: Readonly<Record<string, FieldRule>>): TextMessage[] {
    return this.all(field).map((value) => {
      if (value.kind !== 'message') throw this.wrong('a message in braces', field, value);
      return new TextMessage(field, this.file, value.line, value.fields, rules);
    });
  }

  wrong(expected: string, field: string, value: TextValue): ConfigError {
    const received =
      value.kind === 'message' ? 'a message' : value.kind === 'string' ? show(value.text) : cut(value.text);
    return refusal(expected, field, this.file, value.line, received);
  }
}

/** Runs `parse`, whose faults become the sentences of a `ConfigError`. */
export function parsed<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    throw new ConfigError(
      `Expected ${error.expected} in ${file}, line ${error.line}, but received ${error.received}.`,
    );
  }
}

/** Decimal, hexadecimal (`0x1f`) or octal (`017`), as protobuf's text format has them; `undefined` for any other. */
function wholeOf(text: string): number | undefined {
  if (/^(?:0|[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(text)) return Number(text);
  return /^0[0-7]+$/.test(text) ? Number(`0o${text.slice(1)}`) : undefined;
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
