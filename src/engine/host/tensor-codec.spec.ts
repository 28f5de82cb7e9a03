import type { NamedTensors } from '../engine.js';
import { DTYPES, type Normalise, type Tensor } from '../tensor.js';
import { decodeTensors, encodeTensors } from './tensor-codec.js';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

/** What arrives on the other side of a socket: the header through JSON, the payload in one piece. */
function sent(tensors: NamedTensors): NamedTensors {
  const { headers, payload } = encodeTensors(tensors);
  const joined = new Uint8Array(payload.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of payload) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return decodeTensors(JSON.parse(JSON.stringify(headers)) as typeof headers, joined);
}

const SAMPLES: Record<Tensor['dtype'], Tensor> = {
  float32: { dtype: 'float32', shape: [3], data: Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY) },
  float64: { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -Number.MAX_VALUE) },
  float16: { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0x7e00, 1) },
  bfloat16: { dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3f80) },
  int8: { dtype: 'int8', shape: [3], data: Int8Array.of(-128, 0, 127) },
  int16: { dtype: 'int16', shape: [1, 2], data: Int16Array.of(-(2 ** 15), 2 ** 15 - 1) },
  uint16: { dtype: 'uint16', shape: [1], data: Uint16Array.of(65_535) },
  uint32: { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  uint64: { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  complex128: { dtype: 'complex128', shape: [1], data: Float64Array.of(1e300, -1e-300) },
  int32: { dtype: 'int32', shape: [1, 3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
  int64: { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  uint8: { dtype: 'uint8', shape: [1, 1, 5], data: Uint8Array.of(0, 1, 127, 128, 255) },
  bool: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  complex64: { dtype: 'complex64', shape: [2], data: Float32Array.of(1, -1, 0.5, 2 ** -149) },
  string: {
    dtype: 'string',
    shape: [2, 2],
    data: [bytes('daisy'), bytes(''), Uint8Array.of(0xff, 0), bytes('\u{1F33C}')],
  },
};

describe('a tensor', () => {
  it.each(DTYPES)('of %s arrives as it was sent', (dtype) => {
    expect(sent({ x: SAMPLES[dtype] })).toEqual({ x: SAMPLES[dtype] });
  });

  it.each([
    ['a scalar', { dtype: 'float32', shape: [], data: Float32Array.of(4) }],
    ['one without elements', { dtype: 'float32', shape: [0, 3], data: new Float32Array() }],
    ['an empty string', { dtype: 'string', shape: [], data: [bytes('')] }],
    ['no strings at all', { dtype: 'string', shape: [0], data: [] }],
  ] satisfies [string, Tensor][])('may be %s', (_, tensor) => {
    expect(sent({ x: tensor })).toEqual({ x: tensor });
  });

  it('of 200,000 strings arrives as it was sent', () => {
    const data = Array.from({ length: 200_000 }, (_, index) => bytes(index % 3 === 0 ? '' : String(index)));
    const { x } = sent({ x: { dtype: 'string', shape: [200_000], data } });
    const texts = (x!.data as Uint8Array[]).map((element) => Buffer.from(element).toString());
    expect(texts.join('|')).toBe(data.map((element) => Buffer.from(element).toString()).join('|'));
  });

  it('takes along how its pixels are to be normalised', () => {
    const normalise: Normalise = {
      dtype: 'float32',
      layout: 'nchw',
      order: [2, 1, 0],
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    };
    const pixels: Tensor = { dtype: 'uint8', shape: [1, 1, 3], data: Uint8Array.of(1, 2, 3), normalise };
    expect(sent({ pixels })).toEqual({ pixels });
    expect(sent({ x: SAMPLES.uint8 }).x).not.toHaveProperty('normalise');
  });

  it('may look into a part of a buffer: nothing around it is sent', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { payload } = encodeTensors({ x: { dtype: 'float32', shape: [2], data } });
    expect(payload.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(8);
    expect(sent({ x: { dtype: 'float32', shape: [2], data } }).x!.data).toEqual(Float32Array.of(2, 3));
  });

  it('is not copied, neither when it is sent nor when it arrives', () => {
    const { headers, payload } = encodeTensors({ x: SAMPLES.float32 });
    expect(payload[0]!.buffer).toBe((SAMPLES.float32.data as Float32Array).buffer);
    const arrived = new Uint8Array(16);
    expect((decodeTensors(headers, arrived).x!.data as Float32Array).buffer).toBe(arrived.buffer);
  });

  it('that a header promises is refused where the payload is too short', () => {
    const { headers } = encodeTensors({ x: SAMPLES.float32 });
    expect(() => decodeTensors(headers, new Uint8Array(8))).toThrow(RangeError);
  });
});

describe('several tensors', () => {
  it('of every pair of dtypes arrive as they were sent, each on a boundary of 8 bytes', () => {
    for (const first of DTYPES) {
      for (const second of DTYPES) {
        const tensors = { first: SAMPLES[first], second: SAMPLES[second], third: SAMPLES[first] };
        expect(sent(tensors)).toEqual(tensors);
      }
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('stay apart behind %d bytes', (length) => {
    const pixels: Tensor = { dtype: 'uint8', shape: [length], data: new Uint8Array(length).fill(9) };
    const { payload } = encodeTensors({ pixels, last: SAMPLES.int64 });
    const before = payload.slice(0, -1).reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(before).toBe(Math.ceil(length / 8) * 8);
    expect(sent({ pixels, last: SAMPLES.int64 })).toEqual({ pixels, last: SAMPLES.int64 });
  });

  it('keep their order and may be none', () => {
    expect(Object.keys(sent({ b: SAMPLES.bool, a: SAMPLES.bool }))).toEqual(['b', 'a']);
    expect(sent({})).toEqual({});
  });
});
