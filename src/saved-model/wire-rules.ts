import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** The wire types of a protobuf field that are in use; groups, 3 and 4, are not. */
export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;

/** How a field of a message must look in its serialised form. */
export interface FieldRule {
  readonly wireType: number;
  /** May also come as one delimited field that holds the elements: repeated numbers. */
  readonly packable: boolean;
  /** The bit that marks the field as seen; 0 if it may come again. The members of a oneof share one. */
  readonly once: number;
  /** Estimated bytes that one element takes in memory beside the file itself. */
  readonly cost: number;
  readonly message: () => MessageRule | null;
}

export interface MessageRule {
  readonly fields: ReadonlyMap<number, FieldRule>;
}

const REFERENCE = 16;
const OBJECT = 64;
const LIST = 32;
const BYTES = 160;
const BIG_INTEGER = 32;

const rules = new Map<DescMessage, MessageRule>();

export function messageRule(descriptor: DescMessage): MessageRule {
  let rule = rules.get(descriptor);
  if (!rule) {
    rule = { fields: new Map(descriptor.fields.map((field) => [field.number, fieldRule(field)])) };
    rules.set(descriptor, rule);
  }
  return rule;
}

function fieldRule(field: DescField): FieldRule {
  if (field.number > 30) throw new Error('This is a bug. A field number does not fit the bits of `once`.');
  const once = 1 << (field.oneof?.fields[0]?.number ?? field.number);
  switch (field.fieldKind) {
    case 'message':
      return delimited(once, messageCost(field.message), field.message);
    case 'map':
      return { ...delimited(0, OBJECT), message: () => entryRule(field) };
    case 'list':
      if (field.listKind === 'message') return delimited(0, messageCost(field.message), field.message);
      if (field.listKind === 'enum') return number(0, ScalarType.INT32, true);
      return scalar(0, field.scalar, true);
    case 'enum':
      return number(once, ScalarType.INT32, false);
    case 'scalar':
      return scalar(once, field.scalar, false);
  }
}

/** A map travels as a list of messages of a key, 1, and a value, 2. */
function entryRule(field: DescField & { fieldKind: 'map' }): MessageRule {
  const key = scalar(1 << 1, field.mapKey, false);
  const value =
    field.mapKind === 'message'
      ? delimited(1 << 2, messageCost(field.message), field.message)
      : scalar(1 << 2, field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar, false);
  return {
    fields: new Map([
      [1, key],
      [2, value],
    ]),
  };
}

function delimited(once: number, cost: number, message?: DescMessage): FieldRule {
  return {
    wireType: DELIMITED,
    packable: false,
    once,
    cost,
    message: () => (message ? messageRule(message) : null),
  };
}

function scalar(once: number, type: ScalarType, repeated: boolean): FieldRule {
  if (type === ScalarType.STRING) return delimited(once, OBJECT);
  if (type === ScalarType.BYTES) return delimited(once, BYTES);
  return number(once, type, repeated);
}

function number(once: number, type: ScalarType, repeated: boolean): FieldRule {
  const big = type === ScalarType.INT64 || type === ScalarType.UINT64;
  return {
    wireType: wireTypeOf(type),
    packable: repeated,
    once,
    cost: big ? BIG_INTEGER + REFERENCE : REFERENCE,
    message: () => null,
  };
}

function wireTypeOf(type: ScalarType): number {
  if (type === ScalarType.FLOAT || type === ScalarType.FIXED32 || type === ScalarType.SFIXED32)
    return FIXED32;
  if (type === ScalarType.DOUBLE || type === ScalarType.FIXED64 || type === ScalarType.SFIXED64)
    return FIXED64;
  return VARINT;
}

/** An object of the message's fields, with an empty list or map for each that has one. */
function messageCost(descriptor: DescMessage): number {
  const lists = descriptor.fields.filter(
    ({ fieldKind }) => fieldKind === 'list' || fieldKind === 'map',
  ).length;
  return OBJECT + REFERENCE * descriptor.fields.length + LIST * lists;
}
