import type { Tensor } from '../../engine/tensor.js';
import { conformanceCases } from '../conformance.fixture.js';
import { errorBody } from '../error-answer.js';
import { type PredictFormat, writePredictResponse } from './predict-response.js';
import { type CaseTensor, caseTensor, float32, strings } from './tensor.fixture.js';
import { compared, failure, type WrittenCase } from './written-case.fixture.js';

interface FormatCase extends WrittenCase {
  readonly request_format: PredictFormat;
  readonly outputs: Readonly<Record<string, CaseTensor>>;
  readonly error_message?: string;
}

const written = (format: PredictFormat, outputs: Readonly<Record<string, Tensor>>): string =>
  writePredictResponse(format, Object.entries(outputs)).toString();

describe('the answer to a prediction', () => {
  it.each(conformanceCases<FormatCase>('predict_format'))('$id: $description', (told) => {
    const { request_format: format, outputs, error_message: message } = told;
    const { found, wanted } = compared(told, () =>
      message === undefined
        ? writePredictResponse(
            format,
            Object.entries(outputs).map(([name, tensor]) => [name, caseTensor(tensor)]),
          ).toString()
        : errorBody(message),
    );
    expect(found).toEqual(wanted);
  });

  it('has all digits of 64 bits', () => {
    const int64 = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 0n);
    const uint64 = BigUint64Array.of(2n ** 64n - 1n, 0n, 7n);
    expect(written('columnar', { i: { dtype: 'int64', shape: [3], data: int64 } })).toBe(
      '{"outputs":[9223372036854775807,-9223372036854775808,0]}',
    );
    expect(written('row', { u: { dtype: 'uint64', shape: [3], data: uint64 } })).toBe(
      '{"predictions":[18446744073709551615,0,7]}',
    );
  });

  it('has the smallest and largest whole numbers of each dtype', () => {
    const outputs: Record<string, Tensor> = {
      i8: { dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) },
      i16: { dtype: 'int16', shape: [2], data: Int16Array.of(-32768, 32767) },
      i32: { dtype: 'int32', shape: [2], data: Int32Array.of(-2147483648, 2147483647) },
      u8: { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) },
      u32: { dtype: 'uint32', shape: [2], data: Uint32Array.of(0, 4294967295) },
    };
    expect(written('columnar', outputs)).toBe(
      '{"outputs":{"i8":[-128,127],"i16":[-32768,32767],"i32":[-2147483648,2147483647],"u8":[0,255],"u32":[0,4294967295]}}',
    );
  });

  it('keeps the order of the outputs, row by row', () => {
    const outputs = { z: float32([2], 1, 2), a: strings([2, 1], 'x', 'y') };
    expect(written('row', outputs)).toBe('{"predictions":[{"z":1.0,"a":["x"]},{"z":2.0,"a":["y"]}]}');
  });

  it('writes scalars and empty lists as they are', () => {
    expect(written('columnar', { y: float32([], 0.5) })).toBe('{"outputs":0.5}');
    expect(written('columnar', { y: float32([2, 0]) })).toBe('{"outputs":[[],[]]}');
    expect(written('row', { y: float32([2, 0]) })).toBe('{"predictions":[[],[]]}');
    expect(written('row', { y: float32([0, 2]) })).toBe('{"predictions":[]}');
  });

  it('has the bytes of strings as the model gave them, escaped only where JSON asks for it', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x1f, 0x22, 0x5c, 0x0a, 0x7f, 0xc3, 0xbc]);
    const body = writePredictResponse('row', [['y', { dtype: 'string', shape: [1], data: [bytes] }]]);
    const expected = Buffer.concat([
      Buffer.from('{"predictions":["'),
      Buffer.from([0xff]),
      Buffer.from(String.raw`\u0000\u001f\"\\\n`),
      Buffer.from([0x7f, 0xc3, 0xbc]),
      Buffer.from('"]}'),
    ]);
    expect(body).toEqual(expected);
  });

  it('escapes the names of outputs', () => {
    expect(JSON.parse(written('columnar', { 'a"ü': float32([], 1), b: float32([], 2) }))).toEqual({
      outputs: { 'a"ü': 1, b: 2 },
    });
  });

  it.each(['float16', 'bfloat16', 'uint16', 'complex64', 'complex128'] as const)(
    'cannot have %s, unless there are no elements',
    (dtype) => {
      const data = dtype === 'complex64' ? new Float32Array(2) : new Uint16Array(2);
      const { message } = failure(() => written('columnar', { y: { dtype, shape: [1], data } }));
      expect(message).toBe(
        `Failed to write JSON value for tensor type: ${dtype === 'float16' ? 'half' : dtype}`,
      );
      expect(written('row', { y: { dtype, shape: [0], data } })).toBe('{"predictions":[]}');
    },
  );

  it('grows as far as it must', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, index) => index / 7);
    const body = written('row', { y: { dtype: 'float32', shape: [100, 1000], data: values } });
    const { predictions } = JSON.parse(body) as { predictions: number[][] };
    expect(Float32Array.from(predictions.flat())).toEqual(values);
  });
});
