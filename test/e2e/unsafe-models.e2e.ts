import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TestServer } from './server.js';

const UNSAFE = 'test/fixtures/unsafe';
const SERVING = 'test/fixtures/serving';
/** What is not reached from any signature. */
const DEAD = 'in_dead_code';

interface Model {
  readonly name: string;
  readonly state: string;
  readonly error?: string;
}

describe('a model that can touch files, processes or the network', () => {
  let server: TestServer;
  let models: ReadonlyMap<string, Model>;
  let hidden: readonly string[];

  beforeAll(async () => {
    const names = await readdir(resolve(import.meta.dirname, '../..', UNSAFE));
    hidden = names;
    server = await TestServer.start({
      models: {
        ...Object.fromEntries(names.map((name) => [name, `${UNSAFE}/${name}`])),
        trusted: `${UNSAFE}/read_file`,
        trained: `${SERVING}/trained`,
        as_exported: `${SERVING}/trained`,
        with_train: `${SERVING}/with_train`,
        only_train: `${SERVING}/only_train`,
        half_plus_two: 'half_plus_two',
      },
      yaml: {
        trusted: 'task: tensor\nallowOps: [ReadFile]',
        as_exported: 'optimise: off',
      },
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
        `^The ops? .*${op}\\w* \\(node .+\\) .+[;.] [aA]dd (it|them) to allowOps in model\\.yaml if you trust this model`,
      ),
    );
  });

  it('is never loaded, in whatever corner of it the op is hidden', () => {
    const unsafe = hidden.filter((name) => name !== DEAD).map((name) => models.get(name)!);
    expect(unsafe.length).toBeGreaterThan(15);
    expect(unsafe.filter(({ state }) => state !== 'END')).toEqual([]);
  });

  it('is loaded and run where model.yaml allows its op by name', () => {
    // It was: TensorFlow itself did not find the file that the model reads.
    expect(models.get('trusted')!.error).toMatch(/^Its warm-up failed\. .*tensornest-unsafe; No such file/);
  });

  it.each([DEAD, 'trained', 'as_exported', 'with_train'])(
    'is served where no signature that is served reaches the op, which then never runs: %s',
    async (name) => {
      expect(models.get(name)).toMatchObject({ state: 'AVAILABLE' });
      const response = await server.postJson(`/v1/models/${name}:predict`, { instances: [1, 3] });
      const predictions = name === DEAD ? [2, 4] : [2, 6];
      expect(await response.json()).toEqual({ predictions });
      expect(existsSync('/tmp/tensornest-was-run')).toBe(false);
    },
  );

  it('refuses the one signature that reaches them, and names all of its ops', async () => {
    const body = { signature_name: 'train', instances: [1] };
    const response = await server.postJson('/v1/models/with_train:predict', body);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(
      /^Signature train cannot be served: The ops ReadFile \(node \w+ in function \w+\), WriteFile \(node \w+ in function \w+\) can read or write files\. Add them to allowOps in model\.yaml if you trust this model: \[ReadFile, WriteFile\]\.$/,
    );
    const { refusedSignatures } = (await server.model('with_train')) as unknown as {
      refusedSignatures: Record<string, string>;
    };
    expect(refusedSignatures).toEqual({ train: error });
  });

  it('names the ops by signature where all of them reach some', () => {
    const { state, error } = models.get('only_train')!;
    expect(state).toBe('END');
    expect(error).toMatch(
      /Signature train: The ops .*ReadFile.*, WriteFile.* can read or write files\. Add them/,
    );
    expect(error).toMatch(
      /Signature step: The ops .*WriteFile.* can read or write files; EagerPyFunc .* outside TensorFlow\. Add/,
    );
  });

  it('does not keep others from being served', async () => {
    const response = await server.postJson('/models/half_plus_two/predict', { input: [1] });
    expect(await response.json()).toMatchObject({ predictions: [2.5] });
  });
});
