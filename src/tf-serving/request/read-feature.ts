import { elementsOf, typeName, type JsonNumbers, type JsonValue } from '../../json/json-value.js';
import { DECIMAL, UINT64 } from '../../json/number-store.js';
import { type Steps, VALUES_A_STEP } from '../../turns/slices.js';
import type { StatusError } from '../status.js';
import { isBase64Object, readBase64 } from './base64.js';
import type { Feature } from './example.js';
import { invalidArgument } from './request-error.js';

/**
 * A scalar or a flat list of one kind: numbers with a decimal point are floats, without one int64, as true and false are
 * (`AddValueToFeature` of `tensorflow_serving/util/json_tensor.cc`).
 */
export function* readFeature(name: string, content: JsonValue): Steps<Feature> {
  const values: (Uint8Array | number | bigint)[] = [];
  let kind: Feature['kind'] = 'unset';
  for (const value of elementsOf(content) ?? [content]) {
    const found = kindOf(value, name);
    if (kind === 'unset') kind = found;
    else if (kind !== found) {
      throw invalidArgument(`Unexpected element type in feature: ${name} expecting type: ${kind}`);
    }
    values.push(yield* valueOf(value, name));
    if (values.length % VALUES_A_STEP === 0) yield;
  }
  return { kind, values } as Feature;
}

function kindOf(value: JsonValue, name: string): Exclude<Feature['kind'], 'unset'> {
  switch (value.kind) {
    case 'boolean':
      return 'int64';
    case 'string':
      return 'bytes';
    case 'object':
      if (isBase64Object(value)) return 'bytes';
      throw unexpectedType(value, name);
    case 'numbers':
      if (value.shape.rank > 0) throw unexpectedType(value, name);
      return value.store.kinds[value.start] === DECIMAL ? 'float' : 'int64';
    case 'null':
    case 'list':
      throw unexpectedType(value, name);
  }
}

function* valueOf(value: JsonValue, name: string): Steps<Uint8Array | number | bigint> {
  if (value.kind === 'boolean') return value.value ? 1n : 0n;
  if (value.kind === 'string') return value.bytes;
  if (value.kind === 'object') return yield* readBase64(value);
  return numberOf(value as JsonNumbers, name);
}

function numberOf({ store, start }: JsonNumbers, name: string): number | bigint {
  const kind = store.kinds[start];
  if (kind === DECIMAL) return Math.fround(store.values[start]!);
  if (kind === UINT64) {
    throw invalidArgument(`Feature: ${name} has uint64_t element. Only int64_t is supported.`);
  }
  return store.integer(start)!;
}

function unexpectedType(value: JsonValue, name: string): StatusError {
  return invalidArgument(`Feature: ${name} has element with unexpected JSON type: ${typeName(value)}`);
}
