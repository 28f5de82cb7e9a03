import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TestServer } from './server.js';

const UNSAFE = 'test/fixtures/unsafe';

interface Model {
  readonly name: string;
  readonly state: string;
  readonly error?: string;
}

describe('a model that can touch files, processes or the network', () => {
  let server: TestServer;
  let models: ReadonlyMap<string, Model>;

  beforeAll(async () => {
    const names = await readdir(resolve(import.meta.dirname, '../..', UNSAFE));
    server = await TestServer.start({
      models: {
        ...Object.fromEntries(names.map((name) => [name, `${UNSAFE}/${name}`])),
        trusted: `${UNSAFE}/read_file`,
        half_plus_two: 'half_plus_two',
      },
      yaml: { trusted: 'task: tensor\nallowOps: [ReadFile]' },
    });
    const answer = (await (await server.fetch('/models')).json()) as { models: Model[] };
    models = new Map(answer.models.map((model) => [model.name, model]));
  });
  afterAll(() => server.stop());

  it.each([
    ['read_file', 'ReadFile'],
    ['write_file', 'WriteFile'],
    ['matching_files', 'MatchingFiles'],
    ['print_to_file', 'PrintV2'],
    ['save', 'Save'],
    ['restore', 'Restore'],
    ['py_func', 'PyFunc'],
    ['debug_identity', 'DebugIdentity'],
    ['table_of_text_file', 'InitializeTableFromTextFile'],
    ['in_if_branch', 'ReadFile'],
    ['in_while_body', 'ReadFile'],
  ])('is not loaded, and the reason names its op: %s', (name, op) => {
    const { state, error } = models.get(name)!;
    expect(state).toBe('END');
    expect(error).toMatch(
      new RegExp(
        `^The op \\w*${op}\\w* \\(node .+\\) .+; add it to allowOps in model\\.yaml if you trust this model\\.`,
      ),
    );
  });

  it('is never loaded, in whatever corner of it the op is hidden', () => {
    const unsafe = [...models.values()].filter(({ name }) => name !== 'trusted' && name !== 'half_plus_two');
    expect(unsafe.length).toBeGreaterThan(15);
    expect(unsafe.filter(({ state }) => state !== 'END')).toEqual([]);
  });

  it('is loaded and run where model.yaml allows its op by name', () => {
    // It was: TensorFlow itself did not find the file that the model reads.
    expect(models.get('trusted')!.error).toMatch(/^Its warm-up failed\. .*tensornest-unsafe; No such file/);
  });

  it('does not keep others from being served', async () => {
    const response = await server.postJson('/models/half_plus_two/predict', { input: [1] });
    expect(await response.json()).toMatchObject({ predictions: [2.5] });
  });
});
