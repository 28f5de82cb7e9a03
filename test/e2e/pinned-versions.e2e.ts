import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fakeModel, TestServer } from './server.js';

const CLI = resolve(import.meta.dirname, '../../dist/manifest/cli.js');

const OTHER_FILES =
  /^The files of version 2 of m are not those that sha256 in model\.yaml is of: expected [0-9a-f]{64} but received [0-9a-f]{64}\. If that is meant, npm run manifest -- m prints/;

describe('a model whose versions are pinned by sha256', () => {
  let server: TestServer;

  const manifest = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, MODELS_DIR: join(server.folder, 'models') };
    return (await promisify(execFile)(process.execPath, [CLI, ...args], { env })).stdout;
  };
  const answers = async (model: string, version: number): Promise<number> =>
    (await server.postJson(`/models/${model}/predict?version=${version}`, { input: [1] })).status;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { m: fakeModel(), wrong: fakeModel(), out: fakeModel() },
      yaml: { wrong: `sha256: { 1: '${'0'.repeat(64)}' }` },
      env: { ENGINE: 'fake', MODELS_POLL_MS: '50', RATE_LIMIT: '100000' },
    });
  });
  afterAll(() => server.stop());

  it('serves those whose files are what npm run manifest printed', async () => {
    await server.putYaml('m', await manifest('m'));
    await server.until(
      async () => (await server.model('m')).versions?.every(({ next }) => next === undefined) ?? false,
      'it is loaded anew',
    );
    expect(await answers('m', 1)).toBe(200);
  });

  it.each([
    ['a file that is another by one byte', '2/fake.json', ' '],
    ['a file more', '2/assets/added.txt', ''],
    ['a hidden file more', '2/.hidden', ''],
  ])('refuses a version with %s, by its name, and serves the one before', async (_, path, content) => {
    const files = { 'fake.json': fakeModel()['1/fake.json']!, 'variables/x': 'x' };
    await server.putVersion('m', 2, files);
    await server.putYaml('m', await manifest('m'));
    await server.until(async () => (await server.versions('m'))['2'] === 'AVAILABLE', 'version 2 serves');
    await server.putVersion('m', 2, null);
    // Which ended last are still shown.
    const isGone = async (): Promise<boolean> => (await server.versions('m'))['2'] !== 'AVAILABLE';
    await server.until(isGone, 'version 2 is gone');
    const changed = path === '2/fake.json' ? files['fake.json'] + content : content;
    await server.putVersion('m', 2, { ...files, [path.slice(2)]: changed });
    const isRefused = async (): Promise<boolean> => {
      const { versions = [] } = await server.model('m');
      return OTHER_FILES.test(versions.find(({ version }) => version === 2)?.error ?? '');
    };
    await server.until(isRefused, 'version 2 is refused for its files');
    expect(await answers('m', 1)).toBe(200);
    await server.putVersion('m', 2, null);
  });

  it('refuses a version that has no hash there', async () => {
    await server.putYaml('m', await manifest('m', '--version', '1'));
    await server.putVersion('m', 3, { 'fake.json': fakeModel()['1/fake.json']! });
    await server.until(async () => (await server.versions('m'))['3'] === 'END', 'version 3 is refused');
    const { versions = [] } = await server.model('m');
    expect(versions.find(({ version }) => version === 3)!.error).toMatch(
      /^sha256 in model\.yaml has no hash of version 3 of m\. /,
    );
  });

  it('is refused at the start too, where its files are others', async () => {
    expect((await server.model('wrong')).error).toMatch(/^The files of version 1 of wrong are not those/);
  });

  it('is hashed from nothing outside its folder', async () => {
    await mkdir(join(server.folder, 'outside'));
    await writeFile(join(server.folder, 'outside/secret'), 'secret');
    await symlink(join(server.folder, 'outside'), join(server.folder, 'models/out/1/assets'));
    await expect(manifest('out')).rejects.toMatchObject({
      stderr: expect.stringMatching(/^assets\/secret .*\bout\b/),
    });
  });

  it.each([
    [
      'sha256: abc',
      'Expected hashes by version, as npm run manifest writes them, for sha256 but received "abc".',
    ],
    ['sha256: { 1: 12 }', 'Expected a SHA-256 in 64 hex digits, in quotes, for sha256.1 but received 12.'],
    ['sha256: { one: x }', 'Expected the number of a version as a key for sha256 but received "one".'],
  ])('is told of what is no hash: %s', async (yaml, sentence) => {
    await server.putYaml('wrong', yaml);
    await server.until(async () => {
      const { error, configError } = await server.model('wrong');
      return (error ?? configError ?? '').includes(sentence) || (configError ?? '').includes(sentence);
    }, sentence);
  });

  it('refuses a version whose files were exchanged while it was loaded', async () => {
    const slow = fakeModel({ loadMs: 1500 });
    await server.putVersion('slow', 1, { 'fake.json': slow['1/fake.json']! });
    const other = await TestServer.start({
      models: { slow },
      yaml: { slow: await manifest('slow') },
      env: { ENGINE: 'fake', MODELS_POLL_MS: '0' },
      untilReady: false,
    });
    await other.until(async () => (await other.versions('slow'))['1'] === 'LOADING', 'it is being loaded');
    await sleep(300); // By then its files have been read; if not, it is refused all the same.
    await writeFile(join(other.folder, 'models/slow/1/added.txt'), '');
    await other.until(async () => (await other.versions('slow'))['1'] !== 'LOADING', 'that is over');
    expect((await other.model('slow')).versions?.[0]?.error).toContain('are not those that sha256');
    await other.stop();
  });
});

it('npm run manifest shows every file, and says what it cannot find', async () => {
  const env = { ...process.env, MODELS_DIR: resolve(import.meta.dirname, '../../models') };
  const run = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, [CLI, ...args], { env });
  const { stdout } = await run('shapes', '--files');
  expect(stdout).toMatch(/^sha256:\n( {2}# [0-9a-f]{64} {2}\d+ {2}".+"\n)+ {2}1: '[0-9a-f]{64}'\n$/);
  expect(stdout).toContain('"variables/variables.index"');
  await expect(run('nope')).rejects.toMatchObject({
    stderr: expect.stringMatching(/^There is no model "nope"; /),
  });
  await expect(run('shapes', '--version', '9')).rejects.toMatchObject({
    stderr: 'There is no version 9 of shapes in models/shapes.\n',
  });
});
