import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TestServer } from './server.js';

const FOLDER = 'test/fixtures/rows';
const CLIENTS = 16;

interface Row {
  readonly inputs: Record<string, unknown[]>;
  readonly shape: readonly number[];
  readonly y: readonly number[];
}

const EXPECTED = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../..', FOLDER, 'expected.json'), 'utf8'),
) as Record<string, { readonly independent: boolean; readonly rows: readonly Row[] }>;

interface View {
  readonly batching: { readonly joined: boolean; readonly reason?: string };
  readonly notes?: readonly string[];
  readonly signatures: Record<
    string,
    { readonly rows: { readonly independent: boolean; readonly reason?: string } }
  >;
}

/** Pictures of one value each, of two channels, so that the server takes them for numbers. */
const pictures = (...values: number[]) =>
  values.map((value) => [
    [
      [value, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ]);

/** The boxes that pictures of these values have. */
const boxesOf = (...values: number[]) =>
  values.flatMap((value) => Array.from({ length: value % 4 }, () => Array<number>(7).fill(value)));

const answerOf = async (response: Response): Promise<unknown> => ({
  status: response.status,
  ...((await response.json()) as object),
});

describe.each(['tensorflow', 'wasm'])('requests that meet, with ENGINE=%s', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    const boxes = `${FOLDER}/boxes`;
    server = await TestServer.start({
      models: { boxes, told: boxes, ways: `${FOLDER}/ways`, apart: 'models/shapes', shapes: 'models/shapes' },
      yaml: {
        told: 'batching: { independentRows: true }\n',
        apart: 'labels: none\nbatching: { independentRows: false }\n',
        ways: 'task: tensor\nsignature: dense\nbatching: { allowedBatchSizes: [4] }\n',
      },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { ENGINE: engine, RATE_LIMIT_PER_KEY: '0', TENSORNEST_CACHE_DIR: 'cache' },
      untilReady: false,
    });
    const isReady = async (): Promise<boolean> => (await fetch(`${server.url}/health/ready`)).ok;
    await server.until(isReady, 'it has loaded all models', 150_000);
  }, 180_000);
  afterAll(() => server.stop());

  const view = async (model: string): Promise<View> =>
    (await (await server.fetch(`/models/${model}`)).json()) as View;
  const boxes = async (...values: number[]) =>
    answerOf(await server.postJson('/v1/models/boxes:predict', { inputs: pictures(...values) }));

  it('are each given their own rows of a list of all', async () => {
    const client = async (first: number): Promise<void> => {
      for (let turn = 0; turn < 12; turn++) {
        // In turn 0 boxes and 2.
        const value = 4 * (first * 12 + turn) + (turn % 2) * 2;
        expect(await boxes(value)).toEqual({ status: 200, outputs: boxesOf(value) });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, first) => client(first)));
  });

  it('run as they came where one has several rows', async () => {
    const [many, one] = await Promise.all([boxes(1, 4, 7), boxes(3)]);
    expect(many).toEqual({ status: 200, outputs: boxesOf(1, 4, 7) });
    expect(one).toEqual({ status: 200, outputs: boxesOf(3) });
  });

  it('are told why they do not share a run', async () => {
    const { batching, notes } = await view('boxes');
    expect(batching).toEqual({ joined: false, reason: expect.stringMatching(/^Its op Where /) });
    expect(notes).toEqual([expect.stringContaining('batching: { independentRows: true }')]);
    expect(server.log().filter(({ msg }) => String(msg).includes('independentRows: true }'))).toHaveLength(1);
  });

  it('share runs by the word of model.yaml, or do not', async () => {
    expect((await view('told')).batching).toEqual({
      joined: true,
      reason: 'model.yaml says independentRows: true.',
    });
    expect((await view('apart')).batching).toEqual({
      joined: false,
      reason: 'model.yaml says independentRows: false.',
      asked: true,
    });
  });

  it('share runs where each row hangs on itself', async () => {
    expect(await view('shapes')).toMatchObject({
      batching: { joined: true },
      signatures: { serving_default: { rows: { independent: true } } },
    });
  });

  it('are answered as alone, whatever the graph does with a batch, padded or not', async () => {
    const { signatures } = await view('ways');
    const names = Object.keys(signatures);
    expect(names.length).toBeGreaterThan(engine === 'wasm' ? 50 : 64);
    for (const name of names) {
      const { independent, rows } = EXPECTED[name]!;
      expect([name, signatures[name]!.rows.independent]).toEqual([name, independent]);
      const found = await Promise.all(
        [...rows, ...rows].map(async ({ inputs }) => {
          const body = { signature_name: name, inputs };
          return (await answerOf(await server.postJson('/v1/models/ways:predict', body))) as {
            outputs: number[];
          };
        }),
      );
      for (const [index, { shape, y }] of [...rows, ...rows].entries()) {
        const { outputs, ...rest } = found[index]!;
        expect([name, rest]).toEqual([name, { status: 200 }]);
        const numbers = [outputs].flat(Infinity) as number[];
        expect([name, numbers.length]).toEqual([name, shape.reduce((all, size) => all * size, 1)]);
        const worst = Math.max(0, ...numbers.map((number, at) => Math.abs(number - y[at]!)));
        expect([name, worst < 2e-3]).toEqual([name, true]);
      }
    }
  });
});
