import type { DescMessage } from '@bufbuild/protobuf';
import {
  DELIMITED,
  FIXED32,
  FIXED64,
  type FieldRule,
  type MessageRule,
  messageRule,
  VARINT,
} from './wire-rules.js';

/** Deeper nesting is refused, as TensorFlow's own reader does. */
const MAX_DEPTH = 100;

/**
 * Bytes that a parsed file may take in memory beside its own, by the estimates in `wire-rules.ts`: a few bytes of a file can
 * stand for an object of hundreds. DenseNet121, with 16,000 nodes, takes 44 MB.
 */
const MAX_COST = 384 * 1024 ** 2;

/** Why bytes are not a message, as a predicate: `ends inside a field`. */
export class WireFault extends Error {}

/**
 * Walks a serialised message before it is parsed, and refuses what two readers might understand differently, so that
 * the graph that was checked is the graph that TensorFlow runs: a known field of another wire type (one reader skips it,
 * another reads it), a singular field that comes twice (one merges, another replaces), groups, lengths that
 * reach beyond the message around them. No serialiser writes such things. It bounds nesting and memory too.
 * @throws WireFault
 */
export function checkWire(descriptor: DescMessage, bytes: Uint8Array): void {
  new Walk(bytes).message(messageRule(descriptor), bytes.length, 1);
}

class Walk {
  private position = 0;
  private cost = 0;

  constructor(private readonly bytes: Uint8Array) {}

  message(rule: MessageRule, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireFault(`nests deeper than ${MAX_DEPTH} messages`);
    let seen = 0;
    while (this.position < end) {
      const at = this.position;
      const tag = this.uint32(end);
      const field = tag >>> 3;
      const wireType = tag & 7;
      if (field === 0) throw new WireFault(`has a field of number 0 at byte ${at}`);
      const known = rule.fields.get(field);
      if (!known) {
        this.spend(160);
        this.skip(wireType, end);
        continue;
      }
      if ((seen & known.once) !== 0) throw new WireFault(`has a field twice at byte ${at}`);
      seen |= known.once;
      this.field(known, wireType, end, depth, at);
    }
  }

  private field(rule: FieldRule, wireType: number, end: number, depth: number, at: number): void {
    if (rule.packable && wireType === DELIMITED) {
      this.packed(rule, this.length(end));
      return;
    }
    if (wireType !== rule.wireType) throw new WireFault(`has a field of the wrong type at byte ${at}`);
    this.spend(rule.cost);
    const message = rule.message();
    if (message) this.message(message, this.length(end), depth + 1);
    else this.skip(wireType, end);
  }

  /** A list of numbers that ends at `end`. */
  private packed({ wireType, cost }: FieldRule, end: number): void {
    if (wireType === VARINT) {
      while (this.position < end) {
        this.spend(cost);
        this.varint(end);
      }
      return;
    }
    const size = wireType === FIXED32 ? 4 : 8;
    const count = (end - this.position) / size;
    if (!Number.isInteger(count))
      throw new WireFault(`has a list of broken numbers at byte ${this.position}`);
    this.spend(count * cost);
    this.position = end;
  }

  private skip(wireType: number, end: number): void {
    if (wireType === VARINT) this.varint(end);
    else if (wireType === FIXED64) this.advance(8, end);
    else if (wireType === DELIMITED) this.position = this.length(end);
    else if (wireType === FIXED32) this.advance(4, end);
    else throw new WireFault(`has a field of an unknown type at byte ${this.position}`);
  }

  private advance(size: number, end: number): void {
    if (size > end - this.position) throw new WireFault(`ends inside a field, at byte ${end}`);
    this.position += size;
  }

  /** Reads the length of what follows, and gives where that ends. */
  private length(end: number): number {
    const size = this.uint32(end);
    if (size > end - this.position) {
      throw new WireFault(
        `ends inside a field, at byte ${end}, or has a wrong length at byte ${this.position}`,
      );
    }
    return this.position + size;
  }

  /** A tag or a length: five bytes at most, and only the low four bits of the fifth. */
  private uint32(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(end);
      if (shift === 28 && byte > 15) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireFault(`has a length or tag out of range at byte ${this.position}`);
  }

  private varint(end: number): void {
    for (let count = 0; count < 10; count++) if (this.byte(end) < 0x80) return;
    throw new WireFault(`has a number out of range at byte ${this.position}`);
  }

  private byte(end: number): number {
    if (this.position >= end) throw new WireFault(`ends inside a field, at byte ${end}`);
    return this.bytes[this.position++]!;
  }

  private spend(cost: number): void {
    this.cost += cost;
    if (this.cost > MAX_COST) throw new WireFault('holds more fields than this server reads');
  }
}
