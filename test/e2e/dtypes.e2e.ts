import { TestServer } from './server.js';

const DTYPES =
  'float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string complex64 complex128'.split(
    ' ',
  );

describe('every dtype', () => {
  let server: TestServer;

  beforeAll(async () => {
    const models = Object.fromEntries(DTYPES.map((dtype) => [dtype, `identity_${dtype}`]));
    server = await TestServer.start({ models: { ...models, echo_uint8: 'echo_uint8' } });
  });
  afterAll(() => server.stop());

  it.each([
    ['float32', [0.1, -1.5e-38, 3.4e38, 0]],
    ['float64', [0.1, -1.7976931348623157e308, 5e-324, 9007199254740992]],
    ['float16', [0.1, 65504, -6e-8, 1.001]],
    ['bfloat16', [0.1, -3.39e38, 9e-41, 256]],
    ['int8', [-128, -1, 127]],
    ['int16', [-32768, -1, 32767]],
    ['uint16', [0, 65535]],
    ['uint32', [0, 4294967295]],
    ['uint64', [0, 9007199254740991, '9007199254740993', '18446744073709551615']],
    ['int32', [-2147483648, 0, 2147483647]],
    ['int64', [-1, 0, 2147483648, -9007199254740991, '9223372036854775807', '-9223372036854775808']],
    ['uint8', [0, 127, 128, 255]],
    ['bool', [true, false]],
    ['string', ['ä', '', '🌸 \u0000']],
    [
      'complex64',
      [
        [1, -2],
        [0.5, 0],
      ],
    ],
    ['complex128', [[0.1, -1e300]]],
  ])('%s goes in and comes out the same', async (dtype, input) => {
    const response = await server.postJson(`/models/${dtype}/predict`, { input });
    expect(await response.json()).toMatchObject({ predictions: input });
  });

  it('uint8 goes in and int32 comes out, where a model says so', async () => {
    const row = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [0, 128, 255],
    ];
    const input = [[row, row, row, row]];
    const response = await server.postJson('/models/echo_uint8/predict', { input });
    expect(await response.json()).toMatchObject({ predictions: input });
  });

  it.each([
    ['int32', [1.5], '1.5, which is not a whole number from -2147483648 to 2147483647'],
    [
      'int64',
      ['9223372036854775808'],
      '"9223372036854775808", which is not a whole number of 64 bits (beyond 2^53 as a text)',
    ],
    ['uint64', ['-1'], '"-1", which is not a whole number of 64 bits, not negative (beyond 2^53 as a text)'],
    ['int8', [128], '128, which is not a whole number from -128 to 127'],
    ['float16', [65520], '65520, which is not a number that float16 holds'],
    ['bool', [1], '1, which is not true or false'],
    ['string', [1], '1, which is not a text, or bytes as {"b64": "<base64>"}'],
    ['complex64', [1], 'elements that are not pairs [real, imaginary]'],
    ['float32', [null], 'null, which is not a number that float32 holds'],
  ])('%s does not take what it cannot hold', async (dtype, input, found) => {
    const response = await server.postJson(`/models/${dtype}/predict`, { input });
    expect(await response.json()).toMatchObject({
      status: 422,
      code: 'INPUT_INVALID',
      detail: `Expected ${dtype} [?] for the input "x" but received ${found}.`,
    });
  });
});
