import { TestServer } from './server.js';

const CARRIED = ['float32', 'int32', 'int64', 'uint8', 'bool', 'string', 'complex64'];
const REFUSED = ['float64', 'float16', 'bfloat16', 'int8', 'int16', 'uint16', 'uint32', 'uint64'];

describe('every dtype', () => {
  let server: TestServer;

  beforeAll(async () => {
    const models = Object.fromEntries([...CARRIED, ...REFUSED].map((dtype) => [dtype, `identity_${dtype}`]));
    server = await TestServer.start({ models: { ...models, echo_uint8: 'echo_uint8' } });
  });
  afterAll(() => server.stop());

  it.each([
    ['float32', [0.1, -1.5e-38, 3.4e38, 0]],
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
    ['bool', [1], '1, which is not true or false'],
    ['string', [1], '1, which is not a text'],
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

  it.each(REFUSED)('%s is refused at load by its name and signature', async (dtype) => {
    const model = (await (await server.fetch(`/models/${dtype}`)).json()) as { error: string };
    expect(model).toMatchObject({ state: 'END' });
    expect(model.error).toMatch(
      `Signature serving_default cannot be served: its input x is ${dtype}, which the TensorFlow binding does not carry.`,
    );
  });
});
