/** A text that is no JSON. The message is TensorFlow Serving's. */
export class JsonError extends Error {
  /** @param fault what is wrong and where, without what the message begins with */
  constructor(readonly fault: string) {
    super(`JSON Parse error: ${fault}`);
    this.name = 'JsonError';
  }
}

/** What rapidjson says of each (`include/rapidjson/error/en.h` of its release 1.1.0, which TensorFlow Serving is built with). */
const TEXTS = {
  documentEmpty: 'The document is empty.',
  invalidValue: 'Invalid value.',
  missingName: 'Missing a name for object member.',
  missingColon: 'Missing a colon after a name of object member.',
  missingCommaInObject: "Missing a comma or '}' after an object member.",
  missingCommaInList: "Missing a comma or ']' after an array element.",
  invalidHex: String.raw`Incorrect hex digit after \u escape in string.`,
  invalidSurrogate: 'The surrogate pair in string is invalid.',
  invalidEscape: 'Invalid escape character in string.',
  missingQuote: 'Missing a closing quotation mark in string.',
  numberTooBig: 'Number too big to be stored in double.',
  missingFraction: 'Miss fraction part in number.',
  missingExponent: 'Miss exponent in number.',
  /** Ours: rapidjson is set to stop when it has a value. */
  rest: 'Something follows the document.',
  /** Ours: rapidjson has no bound. */
  tooDeep: 'Nested too deep.',
} as const;

/** `offset` counts bytes from the start of the body. */
export function parseError(text: keyof typeof TEXTS, offset: number): JsonError {
  return new JsonError(`${TEXTS[text]} at offset: ${offset}`);
}

/** Whether a document is refused for its depth alone. */
export function isTooDeep({ fault }: JsonError): boolean {
  return fault.startsWith(TEXTS.tooDeep);
}
