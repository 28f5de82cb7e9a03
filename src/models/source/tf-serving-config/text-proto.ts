import { TextFault, type TextToken, TextTokens } from './text-tokens.js';

/** A field as it stands in a text, whatever the schema says of it. */
export interface TextField {
  readonly name: string;
  readonly line: number;
  /** One, but of a list as many as it has. */
  readonly values: readonly TextValue[];
  /** Written as a list, `[1, 2]`, which only a repeated field may be. */
  readonly listed: boolean;
}

export type TextValue =
  | { readonly kind: 'message'; readonly fields: readonly TextField[]; readonly line: number }
  /** `text` is what a string means, and a word or number as it was written, with its minus sign. */
  | { readonly kind: 'string' | 'word' | 'number'; readonly text: string; readonly line: number };

/** Characters; a thousand models take a quarter of a million. */
const MAX_LENGTH = 4 * 1024 ** 2;
const MAX_DEPTH = 100;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '<': '>' };

/**
 * The fields of a message in protobuf's text format (protobuf.dev, "Text Format Language Specification").
 * @throws TextFault
 */
export function parseTextProto(text: string): TextField[] {
  if (text.length > MAX_LENGTH)
    throw new TextFault(1, `${MAX_LENGTH} characters at most`, String(text.length));
  return new Parser(new TextTokens(text.replace(/^\uFEFF/, ''))).message('end', 0);
}

class Parser {
  /** The next token, not taken yet. */
  private token: TextToken;

  constructor(private readonly tokens: TextTokens) {
    this.token = tokens.next();
  }

  /** The fields up to `closing`, which is taken: a bracket, or the end of the text. */
  message(closing: string, depth: number): TextField[] {
    if (depth > MAX_DEPTH) this.refuse(`no more than ${MAX_DEPTH} messages in one another`);
    const fields: TextField[] = [];
    while (!this.skip(closing)) {
      fields.push(this.field(closing, depth));
      if (!this.skip(',')) this.skip(';');
    }
    return fields;
  }

  private field(closing: string, depth: number): TextField {
    const { line } = this.token;
    const name = this.name(closing);
    const colon = this.skip(':');
    const listed = this.skip('[');
    const values = listed ? this.list(depth) : [this.value(depth)];
    const scalar = values.find(({ kind }) => kind !== 'message');
    if (scalar && !colon) throw new TextFault(line, `":" after ${name}`, 'none');
    return { name, line, values, listed };
  }

  /** `name`, or that of an extension or of the message in an `Any`: `[a.b]`, `[type.googleapis.com/a.b]`. */
  private name(closing: string): string {
    if (!this.skip('[')) {
      if (this.token.kind === 'word') return this.take().text;
      return this.refuse(closing === 'end' ? 'a field' : `a field or "${closing}"`);
    }
    let name = '';
    while (!this.skip(']')) {
      if (this.token.kind !== 'word' && !/^[./-]$/.test(this.token.text))
        this.refuse('the name of a message');
      name += this.take().text;
    }
    return `[${name}]`;
  }

  private list(depth: number): TextValue[] {
    const values: TextValue[] = [];
    if (this.skip(']')) return values;
    do values.push(this.value(depth));
    while (this.skip(','));
    if (!this.skip(']')) this.refuse('"," or "]"');
    return values;
  }

  private value(depth: number): TextValue {
    const { line } = this.token;
    if (this.skip('{')) return { kind: 'message', fields: this.message(CLOSING['{']!, depth + 1), line };
    if (this.skip('<')) return { kind: 'message', fields: this.message(CLOSING['<']!, depth + 1), line };
    if (this.token.kind === 'string') return { kind: 'string', text: this.strings(), line };
    const sign = this.skip('-') ? '-' : '';
    const { kind } = this.token;
    if (kind === 'number' || kind === 'word') return { kind, text: sign + this.take().text, line };
    return this.refuse('a value');
  }

  /** Strings that follow one another are one. */
  private strings(): string {
    const parts: string[] = [];
    while (this.token.kind === 'string') parts.push(this.take().text);
    return parts.join('');
  }

  private skip(symbol: string): boolean {
    const { kind, text } = this.token;
    const found = symbol === 'end' ? kind === 'end' : kind === 'symbol' && text === symbol;
    // Nothing comes after the end, which may be asked for again.
    if (found && kind !== 'end') this.take();
    return found;
  }

  private take(): TextToken {
    const { token } = this;
    this.token = this.tokens.next();
    return token;
  }

  private refuse(expected: string): never {
    const { kind, text, line } = this.token;
    throw new TextFault(line, expected, kind === 'end' ? text : shown(text));
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
