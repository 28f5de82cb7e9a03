import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DType, Tensor, TensorSpec } from '../../engine/tensor.js';
import { HTTP_STATUS, StatusError } from '../status.js';
import type { Example, Feature } from './example.js';
import { readEnvelope } from './read-envelope.js';
import { readExamples } from './read-examples.js';
import { readPredictRequest } from './read-predict-request.js';

interface Case {
  readonly id: string;
  readonly description: string;
  readonly request_body: string | null;
  readonly request_body_template?: Template;
  readonly level?: string;
  readonly signature_name?: string;
  readonly expect: Failure | { readonly ok: true };
}

interface Template {
  readonly prefix: string;
  readonly repeat_open: string;
  readonly repeat_close: string;
  readonly times: number;
  readonly suffix: string;
}

interface Failure {
  readonly ok: false;
  readonly code: StatusError['code'];
  readonly http: number;
  readonly message_contains: readonly string[];
}

interface PredictCase extends Case {
  readonly signature_inputs: Readonly<Record<string, string>>;
  readonly expect: Failure | { ok: true; format: string; tensors: Record<string, ExpectedTensor> };
}

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

interface ExampleCase extends Case {
  readonly expect:
    | Failure
    | {
        ok: true;
        context: ExpectedExample | null;
        examples: ExpectedExample[];
        signature_name: string | null;
      };
}

type ExpectedExample = Readonly<Record<string, { kind: string; values: readonly unknown[] }>>;

const { predict_parse, classify_regress_parse } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/conformance/tf-serving-cases.json'), 'utf8'),
) as { predict_parse: PredictCase[]; classify_regress_parse: ExampleCase[] };

const DTYPES: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float64',
  DT_HALF: 'float16',
};

describe('a predict request of the conformance cases', () => {
  it.each(predict_parse.map((it) => [it.id, it.description, it] as const))('%s: %s', (_id, _text, it) => {
    const read = () => {
      const { signatureName, body } = readEnvelope(bodyOf(it));
      // Whether there is such a signature is for the caller to say, between the two steps.
      if (it.level === 'server') throw noSignature(signatureName!);
      const { format, inputs } = readPredictRequest(body, specsOf(it.signature_inputs));
      return {
        ok: true,
        signatureName,
        format,
        tensors: mapValues(inputs, (input) => plain(input as Tensor)),
      };
    };
    const { signature_name: signatureName, expect: expected } = it;
    const answer = expected.ok
      ? { ...expected, signatureName, tensors: mapValues(expected.tensors, plainExpected) }
      : expected;
    expect(outcome(read, answer)).toEqual(answer);
  });
});

describe('a classify or regress request of the conformance cases', () => {
  it.each(classify_regress_parse.map((it) => [it.id, it.description, it] as const))(
    '%s: %s',
    (_id, _text, { expect: expected, ...it }) => {
      const read = () => {
        const { signatureName, body } = readEnvelope(bodyOf(it));
        const { context, examples } = readExamples(body);
        return {
          ok: true,
          context: context === undefined ? null : plainExample(context),
          examples: examples.map(plainExample),
          signature_name: signatureName ?? null,
        };
      };
      expect(outcome(read, expected)).toEqual(expected);
    },
  );
});

function bodyOf({ request_body: body, request_body_template: template }: Omit<Case, 'expect'>): Uint8Array {
  if (template === undefined) return Buffer.from(body!);
  const { prefix, repeat_open: open, repeat_close: close, times, suffix } = template;
  return Buffer.from(prefix + open.repeat(times) + close.repeat(times) + suffix);
}

function specsOf(inputs: PredictCase['signature_inputs']): TensorSpec[] {
  return Object.entries(inputs).map(([name, dtype]) => ({ name, dtype: dtypeOf(dtype), shape: null }));
}

function dtypeOf(name: string): DType {
  return DTYPES[name] ?? (name.slice('DT_'.length).toLowerCase() as DType);
}

function noSignature(name: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `Serving signature name: "${name}" not found in signature def`);
}

/** What is read, or the status that is thrown, with those of the expected fragments that are in its message. */
function outcome(read: () => unknown, expected: Failure | { readonly ok: true }): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { code, message } = error;
    const fragments = expected.ok
      ? [message]
      : expected.message_contains.filter((it) => message.includes(it));
    return { ok: false, code, http: HTTP_STATUS[code], message_contains: fragments };
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** With numbers that JSON cannot say as strings, as the cases have them. */
function plain({ dtype, shape, data }: Tensor) {
  const values = Array.from(data as Iterable<unknown>, (value) => {
    if (value instanceof Uint8Array) return { b64: Buffer.from(value).toString('base64') };
    if (dtype === 'bool') return value === 1;
    return sayable(value as number | bigint);
  });
  return { dtype, shape, values };
}

function plainExpected({ dtype, shape, values }: ExpectedTensor) {
  const rounds = dtypeOf(dtype) === 'float32';
  return {
    dtype: dtypeOf(dtype),
    shape,
    values: values.map((value) => (rounds && typeof value === 'number' ? Math.fround(value) : value)),
  };
}

function sayable(value: number | bigint): number | string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function plainExample(example: Example) {
  return Object.fromEntries([...example].map(([name, feature]) => [name, plainFeature(feature)]));
}

function plainFeature({ kind, values }: Feature) {
  return {
    kind,
    values: Array.from<Uint8Array | number | bigint, unknown>(values, (value) => {
      return value instanceof Uint8Array ? Buffer.from(value).toString() : sayable(value);
    }),
  };
}
