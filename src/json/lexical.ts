/** The offset of the first byte from `at` on that is no whitespace of JSON, or the end. */
export function skipSpace(body: Uint8Array, at: number): number {
  const { length } = body;
  let next = at;
  while (next < length) {
    const byte = body[next]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    next++;
  }
  return next;
}

/** Whether a number starts at `at` with a digit or a minus, and not with the name of one. */
export function startsPlainly(body: Uint8Array, at: number): boolean {
  return at < body.length && ((body[at]! ^ 0x30) <= 9 || body[at] === 0x2d);
}
