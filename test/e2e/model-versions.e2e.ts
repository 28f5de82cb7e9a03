import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fakeModel, TestServer } from './server.js';

const FAKE = { ENGINE: 'fake', MODELS_POLL_MS: '200' };

/** A fake version's files. */
function version(behaviour: Parameters<typeof fakeModel>[0] = {}): Record<string, string> {
  return { 'fake.json': fakeModel(behaviour)['1/fake.json']! };
}

function versionsOf(...numbers: number[]): Record<string, string> {
  return Object.fromEntries(numbers.map((number) => [`${number}/fake.json`, version()['fake.json']!]));
}

async function answering(server: TestServer, query = ''): Promise<unknown> {
  const response = await server.postJson(`/models/m/predict${query}`, { input: [1] });
  const answer = (await response.json()) as { version?: number; code?: string };
  return answer.version ?? answer.code;
}

describe('a model whose versions change', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('serves a new version once it is loaded, and then gives up the old one', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    expect(await answering(server)).toBe(1);
    await server.putVersion('m', 2, version());
    await server.until(async () => (await answering(server)) === 2, 'version 2 answers');
    await server.until(async () => !('1' in (await server.versions('m'))), 'version 1 is gone');
    expect(await answering(server, '?version=1')).toBe('MODEL_NOT_FOUND');
    expect(await server.versions('m')).toEqual({ '2': 'AVAILABLE' });
  });

  it('goes back to the old version when the new one is taken away', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1, 2) }, env: FAKE });
    expect(await answering(server)).toBe(2);
    await server.putVersion('m', 2, null);
    await server.until(async () => (await answering(server)) === 1, 'version 1 answers');
  });

  it('keeps the old version when a new one cannot be loaded, says why, and tries again when its files change', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putVersion('m', 2, { 'fake.json': 'nonsense' });
    await server.until(async () => (await server.versions('m'))['2'] === 'END', 'version 2 has failed');
    expect(await server.model('m')).toMatchObject({
      version: 1,
      state: 'AVAILABLE',
      versions: [{ version: 2, state: 'END', error: /fake\.json/ }, { version: 1 }].map((entry) => ({
        ...entry,
        ...('error' in entry && { error: expect.stringMatching(entry.error as RegExp) as unknown }),
      })),
    });
    expect(await answering(server)).toBe(1);
    await writeFile(join(server.folder, 'models/m/2/fake.json'), version()['fake.json']!);
    await server.until(async () => (await answering(server)) === 2, 'version 2 answers');
  });

  it('serves a version anew when its files are replaced, and keeps the old ones in memory while the new are broken', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putVersion('m', 1, { 'fake.json': 'broken' });
    await server.until(async () => {
      const { versions = [] } = await server.model('m');
      expect(versions).toHaveLength(1);
      return versions[0]?.next?.error !== undefined;
    }, 'the new files are refused');
    expect(await answering(server)).toBe(1);
    const behaviour = { on: { '1': 'fail' } };
    await server.putVersion('m', 1, version(behaviour));
    await server.until(async () => (await answering(server)) === 'INPUT_REFUSED', 'the new files are served');
  });

  it('finds a model that is added while it runs, and forgets one that is removed', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putVersion('other', 1, version());
    const ask = async (): Promise<number> =>
      (await server.postJson('/models/other/predict', { input: [1] })).status;
    await server.until(async () => (await ask()) === 200, 'the new model answers');
    await server.putVersion('other', 1, null);
    await server.until(async () => (await ask()) !== 200, 'it answers no more');
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  it('stays ready while a further version is being loaded', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putVersion('m', 2, version({ loadMs: 1500 }));
    await server.until(
      async () => (await server.versions('m'))['2'] === 'LOADING',
      'version 2 is being loaded',
    );
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await answering(server)).toBe(1);
    await server.until(async () => (await answering(server)) === 2, 'version 2 answers');
  });

  it('lets a request finish on the version that it began with', async () => {
    server = await TestServer.start({
      models: { m: { '1/fake.json': version({ runMs: 1500 })['fake.json']! } },
      env: FAKE,
    });
    const slow = server.postJson('/models/m/predict', { input: [1] });
    await server.putVersion('m', 2, version());
    await server.until(async () => (await server.versions('m'))['2'] === 'AVAILABLE', 'version 2 is loaded');
    const answer = (await (await slow).json()) as object;
    expect(answer).toMatchObject({ version: 1, predictions: [1] });
  });
});

describe('the versions that model.yaml asks for', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('are the highest by default, and may be several, all, or those named; a change is picked up', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1, 2, 3) }, env: FAKE });
    expect(await server.versions('m')).toEqual({ '3': 'AVAILABLE' });
    for (const [yaml, ...numbers] of [
      ['versions: {latest: 2}', 2, 3],
      ['versions: all', 1, 2, 3],
      ['versions: [1, 7]', 1],
    ] as const) {
      await server.putYaml('m', yaml);
      const wanted = JSON.stringify(Object.fromEntries(numbers.map((number) => [number, 'AVAILABLE'])));
      await server.until(async () => JSON.stringify(await server.versions('m')) === wanted, yaml);
    }
    expect(await answering(server, '?version=1')).toBe(1);
  });

  it('may have labels, which move only to a version that serves', async () => {
    server = await TestServer.start({
      models: { m: versionsOf(1, 2) },
      yaml: { m: 'versions: all\nversionLabels: {stable: 1, next: 2}' },
      env: FAKE,
    });
    expect([await answering(server, '?label=stable'), await answering(server, '?label=next')]).toEqual([
      1, 2,
    ]);
    expect(await answering(server, '?label=nope')).toBe('LABEL_NOT_FOUND');
    expect(await server.model('m')).toMatchObject({
      versions: [{ labels: ['next'] }, { labels: ['stable'] }],
    });
    await server.putYaml('m', 'versions: all\nversionLabels: {stable: 3, next: 2}');
    await server.putVersion('m', 3, version({ loadMs: 1000 }));
    await server.until(
      async () => (await server.versions('m'))['3'] === 'LOADING',
      'version 3 is being loaded',
    );
    expect(await answering(server, '?label=stable')).toBe(1);
    await server.until(async () => (await answering(server, '?label=stable')) === 3, 'the label moved');
  });

  it('stay as they were while model.yaml is wrong, which is told', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putYaml('m', 'versions: most');
    await server.until(async () => (await server.model('m')).configError !== undefined, 'it is told');
    expect(await server.model('m')).toMatchObject({
      state: 'AVAILABLE',
      configError:
        'models/m/model.yaml: Expected all, {latest: <how many>} or a list of versions for versions but received "most".',
    });
    expect(await answering(server)).toBe(1);
  });

  it('are loaded anew when another part of model.yaml changes', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    await server.putYaml('m', 'batching: {maxBatchSize: 2}');
    await server.until(
      () => server.log().filter(({ msg }) => String(msg).startsWith('m version 1: ')).length === 2,
      'it is loaded again',
    );
    expect(await answering(server)).toBe(1);
  });

  it('cannot be asked for by number and label at once', async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
    expect(await answering(server, '?label=a&version=1')).toBe('FIELD_INVALID');
  });
});

describe('a version that nobody asks for', () => {
  it('is unloaded after its keepAlive, and loaded again by the request that asks for it', async () => {
    const server = await TestServer.start({
      models: { m: versionsOf(1) },
      yaml: { m: 'keepAlive: 1' },
      env: FAKE,
    });
    await server.until(async () => (await server.model('m')).versions?.[0]?.idle === true, 'it rests');
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await answering(server)).toBe(1);
    expect(await server.versions('m')).toEqual({ '1': 'AVAILABLE' });
    await server.stop();
  });
});

describe('where models are told of', () => {
  const config = (versions: string): string => `
    model_config_list {
      config { name: 'm' base_path: '../a' model_platform: 'tensorflow' model_version_policy { ${versions} } version_labels { key: 'stable' value: 1 } }
      config { name: 'n' base_path: '../b' model_platform: 'tensorflow' }
    }`;

  it('may be a models.config of TensorFlow Serving, which is read again when it changes', async () => {
    const server = await TestServer.start({
      models: { a: versionsOf(1, 2), b: versionsOf(1), conf: { 'models.config': config('latest {}') } },
      env: { ...FAKE, MODEL_CONFIG_FILE: 'models/conf/models.config' },
    });
    expect(await server.versions('m')).toEqual({ '2': 'AVAILABLE' });
    expect(await server.versions('n')).toEqual({ '1': 'AVAILABLE' });
    const file = join(server.folder, 'models/conf/models.config');
    await writeFile(file, 'model_config_list { config { name: ');
    await server.until(() => server.lines.some((line) => line.includes('stays as it is')), 'it is told');
    expect(await answering(server)).toBe(2);
    await writeFile(file, config('specific { versions: 1 }'));
    await server.until(async () => (await answering(server)) === 1, 'version 1 answers');
    expect(await answering(server, '?label=stable')).toBe(1);
    await server.stop();
  });

  it('is missed at the start in a sentence, if it is not there', async () => {
    const server = await TestServer.spawn({ env: { ...FAKE, MODEL_CONFIG_FILE: 'models.config' } });
    expect(await server.exited).toMatchObject({ code: 1 });
    expect(server.lines.join('\n')).toMatch(
      'Expected a file that can be read for MODEL_CONFIG_FILE but received',
    );
  });

  it('may be one model by its folder, as --model_name and --model_base_path are, or as the Docker image has them', async () => {
    for (const base of ['models/m', 'models']) {
      const server = await TestServer.start({
        models: { m: versionsOf(1, 2) },
        env: { ...FAKE, MODEL_NAME: 'm', MODEL_BASE_PATH: base },
      });
      expect(await answering(server)).toBe(2);
      await server.stop();
    }
  });
});

describe('names that lead elsewhere', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ models: { m: versionsOf(1) }, env: FAKE });
  });
  afterAll(() => server.stop());

  /** The path as it is, which `fetch` would tidy up. */
  function statusOf(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const url = new URL(server.url);
      const headers = { 'X-API-Key': server.key, 'Content-Type': 'application/json' };
      const call = request(
        { host: url.hostname, port: url.port, path, method: 'POST', headers },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      );
      call.once('error', reject);
      call.end('{"input":[1]}');
    });
  }

  it.each([
    '/models/..%2f..%2fetc/predict',
    '/models/%2e%2e/predict',
    '/models/../predict',
    '/models/m%2f1/predict',
    '/models/m%00/predict',
    '/models/%00/predict',
    '/models/.git/predict',
    '/v1/models/..%2f..%2fetc:predict',
    '/v1/models/m%00:predict',
    '/v1/models/../../etc:predict',
  ])('%s finds nothing, and nothing is lost', async (path) => {
    expect([400, 404]).toContain(await statusOf(path));
    expect(await answering(server)).toBe(1);
  });

  it.each(['9223372036854775807', '9223372036854775808', '99999999999999999999999', '-1', '1e3', '0x1'])(
    'a version %s is refused',
    async (number) => {
      expect([404, 422]).toContain(await statusOf(`/models/m/predict?version=${number}`));
      expect([400, 404]).toContain(await statusOf(`/v1/models/m/versions/${number}:predict`));
    },
  );

  it('a link that leads out of the models folder is not followed, though it is put there while the server runs', async () => {
    const outside = join(server.folder, 'outside/2');
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, 'fake.json'), version()['fake.json']!);
    await symlink(outside, join(server.folder, 'models/m/2'));
    await symlink(join(server.folder, 'outside'), join(server.folder, 'models/linked'));
    await server.until(async () => (await server.versions('m'))['2'] === 'END', 'it is refused');
    expect(await answering(server)).toBe(1);
    await server.until(async () => (await server.model('linked')).state === 'END', 'the other is refused');
    expect((await server.model('linked')).error).toBe(
      'models/linked is a link that leads out of the models folder: put what it leads to in its place, or into the models folder.',
    );
  });
});
