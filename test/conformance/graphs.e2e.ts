import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TestServer } from '../e2e/server.js';
import { difference } from './difference.js';

const FOLDER = 'test/fixtures/graphs';

interface Call {
  readonly signature: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

interface Graph {
  readonly flat: boolean;
  /** Words of which the reason for not optimising it has one. */
  readonly because: readonly string[];
  readonly calls: readonly Call[];
}

interface View {
  readonly error?: string;
  readonly refusedSignatures?: Readonly<Record<string, string>>;
  readonly graph?: { readonly optimised: boolean; readonly reason?: string };
}

const EXPECTED = readFileSync(resolve(import.meta.dirname, '../..', FOLDER, 'expected.json'), 'utf8');
const GRAPHS = Object.entries(JSON.parse(EXPECTED) as Record<string, Graph>);

async function serve(engine: string, optimise: string): Promise<TestServer> {
  const yaml = ({ calls }: Graph) =>
    `task: tensor\nsignature: ${JSON.stringify(calls[0]!.signature)}\noptimise: ${optimise}\n`;
  const server = await TestServer.start({
    models: Object.fromEntries(GRAPHS.map(([name]) => [name, join(FOLDER, name)])),
    yaml: Object.fromEntries(GRAPHS.map(([name, graph]) => [name, yaml(graph)])),
    // Its own cache, in the server's folder: nothing is left of it, and nothing is taken from other runs.
    env: { ENGINE: engine, TENSORNEST_CACHE_DIR: 'cache' },
    untilReady: false,
  });
  const ready = async () => (await fetch(`${server.url}/health/ready`)).ok;
  await server.until(ready, 'it has loaded all models', 120_000);
  return server;
}

async function viewOf(server: TestServer, name: string): Promise<View> {
  return (await (await server.fetch(`/models/${name}`)).json()) as View;
}

/** What is wrong with the answers, each fault with its signature. */
async function faultsOf(
  server: TestServer,
  name: string,
  calls: readonly Call[],
  tolerance: number,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { signature, inputs, outputs } of calls) {
    const query = `?signature=${encodeURIComponent(signature)}`;
    const response = await server.postJson(`/models/${name}/predict${query}`, { input: inputs });
    const answer = (await response.json()) as { predictions?: unknown };
    const [only, ...others] = Object.keys(outputs);
    const got = others.length === 0 ? { [only!]: answer.predictions } : answer.predictions;
    const fault =
      response.status === 200
        ? difference(got, outputs, tolerance)
        : `it is refused: ${JSON.stringify(answer)}`;
    if (fault !== null) faults.push(`${signature}: ${fault}`);
  }
  return faults;
}

describe.each([['on'], ['off']])('hand-made graphs, with optimise: %s', (optimise) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await serve('tensorflow', optimise);
  }, 150_000);
  afterAll(() => server.stop());

  it.each(GRAPHS)('answers what TensorFlow answers in Python: %s', async (name, { calls }) => {
    expect(await faultsOf(server, name, calls, 1e-5)).toEqual([]);
  });

  it.each(GRAPHS)('says whether it was optimised, or why not: %s', async (name, { flat, because }) => {
    const { error, graph } = await viewOf(server, name);
    expect(error).toBeUndefined();
    const { optimised, reason = '' } = graph!;
    expect({ optimised, reason }).toMatchObject({ optimised: flat && optimise === 'on' });
    if (optimised) return;
    expect(reason).toMatch(/^\S.*\.$/);
    if (optimise === 'on') expect(because.filter((word) => reason.includes(word))).not.toEqual([]);
  });
});

describe('hand-made graphs on WebAssembly', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await serve('wasm', 'on');
  }, 150_000);
  afterAll(() => server.stop());

  it.each(GRAPHS)('answers the same, or says why it cannot be run: %s', async (name, { calls }) => {
    const { error, refusedSignatures = {} } = await viewOf(server, name);
    const refusals = calls.map(({ signature }) => error ?? refusedSignatures[signature]);
    for (const refusal of refusals) expect(refusal ?? '.').toMatch(/\.$/);
    const served = calls.filter((_, index) => refusals[index] === undefined);
    expect(await faultsOf(server, name, served, 1e-4)).toEqual([]);
  });
});
