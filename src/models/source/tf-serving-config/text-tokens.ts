/** Why a text is no protobuf text, and where: `expected` and `received` are for the sentence of a `ConfigError`. */
export class TextFault extends Error {
  constructor(
    readonly line: number,
    readonly expected: string,
    readonly received: string,
  ) {
    super(`line ${line}: expected ${expected} but received ${received}`);
  }
}

export interface TextToken {
  readonly kind: 'word' | 'number' | 'string' | 'symbol' | 'end';
  /** As it stands in the text; of a string, what it means. */
  readonly text: string;
  readonly line: number;
}

const SPACE = /(?:[ \t\r\n\v\f]+|#[^\n]*)+/y;
const WORD = /[A-Za-z_]\w*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fF]?)(?!\w)/y;
const SYMBOL = /[{}<>[\]:,;.\-/]/y;
const ESCAPE = /[abfnrtv?\\'"]|[0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y;
const PLAIN = /[^"'\\\n]+/y;
const ESCAPED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '?': 63 };
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The tokens of protobuf's text format (protobuf.dev, "Text Format Language Specification"), one at a time. */
export class TextTokens {
  private position = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  /** @throws TextFault */
  next(): TextToken {
    this.take(SPACE);
    const line = this.line;
    if (this.position === this.text.length) return { kind: 'end', text: 'the end of the file', line };
    const word = this.take(WORD);
    if (word !== null) return { kind: 'word', text: word, line };
    const number = this.take(NUMBER);
    if (number !== null) return { kind: 'number', text: number, line };
    const symbol = this.take(SYMBOL);
    if (symbol !== null) return { kind: 'symbol', text: symbol, line };
    const quote = this.take(/["']/y);
    if (quote !== null) return { kind: 'string', text: this.string(quote, line), line };
    throw new TextFault(line, 'a field or a value', JSON.stringify(this.take(/\S{1,20}/y)));
  }

  /** What stands between the quotes. Escapes may spell single bytes, so that it is UTF-8 only as a whole. */
  private string(quote: string, line: number): string {
    const parts: Uint8Array[] = [];
    for (;;) {
      const plain = this.take(PLAIN) ?? this.take(quote === '"' ? /'+/y : /"+/y);
      if (plain !== null) parts.push(Buffer.from(plain));
      else if (this.take(/\\/y) !== null) parts.push(this.escape());
      else if (this.take(/["']/y) !== null) break;
      else throw new TextFault(line, `a closing ${quote} on its line`, 'none');
    }
    try {
      return UTF8.decode(Buffer.concat(parts));
    } catch {
      throw new TextFault(line, 'text in UTF-8', 'other bytes');
    }
  }

  private escape(): Uint8Array {
    const escape = this.take(ESCAPE);
    if (escape === null) {
      throw new TextFault(this.line, 'a known escape', `\\${this.take(/\S/y) ?? ' and nothing after it'}`);
    }
    if (/^[uU]/.test(escape)) return this.codePoint(Number.parseInt(escape.slice(1), 16));
    if (/^[xX]/.test(escape)) return Uint8Array.of(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return Uint8Array.of(Number.parseInt(escape, 8));
    return Uint8Array.of(ESCAPED[escape] ?? escape.charCodeAt(0));
  }

  private codePoint(code: number): Uint8Array {
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      throw new TextFault(this.line, 'a character', `\\U${code.toString(16)}`);
    return Buffer.from(String.fromCodePoint(code));
  }

  /** What `pattern`, a sticky one, finds here; `null` if nothing. */
  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found === null) return null;
    this.position += found.length;
    for (let at = found.indexOf('\n'); at >= 0; at = found.indexOf('\n', at + 1)) this.line++;
    return found;
  }
}
