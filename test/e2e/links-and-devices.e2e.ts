import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestServer } from './server.js';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const KERAS = join(FIXTURES, 'keras/keras3/sequential/model.keras');
const SECRET = 'root:x:0:0:the-secret-of-this-machine';
const OUT =
  'is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.';

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'tensornest-links-'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** A model of numbers at a path below the place, moved aside where a file of it is to be something else. */
async function put(path: string): Promise<void> {
  await cp(join(FIXTURES, 'models/half_plus_two'), join(place, path), { recursive: true });
}

async function outside(path: string): Promise<string> {
  const aside = join(place, `outside/${path.replaceAll('/', '-')}`);
  await mkdir(join(place, 'outside'), { recursive: true });
  await rename(join(place, path), aside);
  return aside;
}

async function sparse(path: string): Promise<void> {
  const file = await open(join(place, path), 'w');
  await file.truncate(6 * 2 ** 30);
  await file.close();
}

const link = (target: string, path: string): Promise<void> => symlink(target, join(place, path));
const pipe = (path: string): void => void execFileSync('mkfifo', [join(place, path)]);

/** What keeps each model from being served, by its name. */
async function errorsOf(server: TestServer): Promise<Record<string, unknown>> {
  const { models } = (await (await server.fetch('/models')).json()) as {
    models: { name: string; state: string; error?: string }[];
  };
  return Object.fromEntries(models.map(({ name, state, error }) => [name, error ?? state]));
}

describe.each(['tensorflow', 'wasm'])('with ENGINE=%s, a file of a model', (ENGINE) => {
  let server: TestServer;
  let errors: Record<string, unknown>;

  beforeAll(async () => {
    await mkdir(join(place, ENGINE));
    const inModel = (name: string): string => `${ENGINE}/${name}`;
    for (const name of ['graph', 'variables', 'index', 'data']) {
      const file = { graph: 'saved_model.pb', variables: 'variables', index: 'variables/variables.index' }[
        name
      ];
      const path = `${inModel(name)}/1/${file ?? 'variables/variables.data-00000-of-00001'}`;
      await put(inModel(name));
      await link(await outside(path), path);
    }
    for (const name of ['pipe_graph', 'pipe_fingerprint', 'pipe_yaml', 'pipe_index', 'big_graph', 'big_yaml'])
      await put(inModel(name));
    await rm(join(place, inModel('pipe_graph/1/saved_model.pb')));
    pipe(inModel('pipe_graph/1/saved_model.pb'));
    await writeFile(join(place, inModel('pipe_fingerprint/model.yaml')), 'optimise: off');
    pipe(inModel('pipe_fingerprint/1/fingerprint.pb'));
    pipe(inModel('pipe_yaml/model.yaml'));
    await rm(join(place, inModel('pipe_index/1/variables/variables.index')));
    pipe(inModel('pipe_index/1/variables/variables.index'));
    await sparse(inModel('big_graph/1/saved_model.pb'));
    await sparse(inModel('big_yaml/model.yaml'));
    for (const name of ['secret_yaml', 'lost_yaml', 'text_yaml', 'secret_graph']) await put(inModel(name));
    await writeFile(join(place, 'outside/passwd'), `${SECRET}\n`);
    await link(join(place, 'outside/passwd'), inModel('secret_yaml/model.yaml'));
    await link('nowhere', inModel('lost_yaml/model.yaml'));
    await writeFile(join(place, inModel('text_yaml/model.yaml')), `${SECRET}\n`);
    await rm(join(place, inModel('secret_graph/1/saved_model.pb')));
    await link(join(place, 'outside/passwd'), inModel('secret_graph/1/saved_model.pb'));
    for (const name of ['keras', 'pipe_keras', 'big_keras'])
      await mkdir(join(place, inModel(`${name}/1`)), { recursive: true });
    await link(KERAS, inModel('keras/1/model.keras'));
    pipe(inModel('pipe_keras/1/model.keras'));
    await sparse(inModel('big_keras/1/model.keras'));
    await put('elsewhere');
    await link(join(place, 'elsewhere'), inModel('whole'));
    await mkdir(join(place, inModel('version')));
    await link(join(place, 'elsewhere/1'), inModel('version/1'));

    // As Kubernetes mounts a volume: what is seen leads through ..data to a folder with a date for its name.
    await put(inModel('mounted/..2026_12_01'));
    await writeFile(join(place, inModel('mounted/..2026_12_01/model.yaml')), 'topK: 2');
    await link('..2026_12_01', inModel('mounted/..data'));
    await link('..data/1', inModel('mounted/1'));
    await link('..data/model.yaml', inModel('mounted/model.yaml'));
    // As one who keeps what two versions share only once.
    await put(inModel('shared'));
    await cp(join(place, inModel('shared/1')), join(place, inModel('shared/2')), { recursive: true });
    await rm(join(place, inModel('shared/2/variables')), { recursive: true });
    await link('../1/variables', inModel('shared/2/variables'));

    await link(join(place, ENGINE), `models-of-${ENGINE}`);
    server = await TestServer.start({ env: { ENGINE, MODELS_DIR: join(place, `models-of-${ENGINE}`) } });
    errors = await errorsOf(server);
  });
  afterAll(() => server.stop());

  it.each([
    ['graph', `saved_model.pb ${OUT}`],
    ['variables', `variables/variables.index ${OUT}`],
    ['index', `variables/variables.index ${OUT}`],
    ['data', `variables/variables.data-00000-of-00001 ${OUT}`],
    ['secret_graph', `saved_model.pb ${OUT}`],
    ['keras', `model.keras ${OUT}`],
    ['secret_yaml', `SHOWN/secret_yaml/model.yaml ${OUT}`],
    ['whole', `SHOWN/whole ${OUT}`],
    ['version', `SHOWN/version/1 ${OUT}`],
  ])('is not followed out of the models folder: %s', (name, sentence) => {
    expect(errors[name]).toBe(sentence.replace('SHOWN', ENGINE));
  });

  it.each([
    ['pipe_graph', 'saved_model.pb is not a regular file.'],
    ['pipe_index', 'variables/variables.index is not a regular file.'],
    ['pipe_fingerprint', 'fingerprint.pb is not a regular file.'],
    ['pipe_keras', 'model.keras is not a regular file.'],
    ['pipe_yaml', 'SHOWN/pipe_yaml/model.yaml is not a regular file.'],
  ])('that is a pipe keeps nobody waiting: %s', (name, sentence) => {
    expect(errors[name]).toBe(sentence.replace('SHOWN', ENGINE));
  });

  it.each([
    ['big_graph', 'saved_model.pb has 6442450944 bytes and may have 2147483647 at most.'],
    ['big_keras', 'model.keras has 6442450944 bytes and may have 4294967295 at most.'],
    ['big_yaml', 'SHOWN/big_yaml/model.yaml has 6442450944 bytes and may have 262144 at most.'],
  ])('of six gigabytes is refused by its size: %s', (name, sentence) => {
    expect(errors[name]).toBe(sentence.replace('SHOWN', ENGINE));
  });

  it('that is a link to nothing is told of, and not taken for an absent one', () => {
    expect(errors.lost_yaml).toBe(`${ENGINE}/lost_yaml/model.yaml is a link that leads to no file.`);
  });

  it('is never shown, neither to clients nor in the log', () => {
    expect(errors.text_yaml).toMatch(/^wasm|tensorflow\/text_yaml\/model\.yaml: Expected an object with /);
    expect(errors.text_yaml).toMatch(/ but received a text\.$/);
    expect(`${JSON.stringify(errors)}${server.lines.join('')}`).not.toContain('the-secret');
  });

  it.each(['mounted', 'shared'])(
    'may be a link within the folder, which may be one itself: %s',
    async (name) => {
      expect(errors[name]).toBe('AVAILABLE');
      const response = await server.postJson(`/models/${name}/predict`, { input: [1] });
      expect(await response.json()).toMatchObject({ predictions: [2.5] });
    },
  );
});
