import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestServer } from './server.js';

const FIXTURE = 'test/fixtures/versions';
/** What each version adds to x / 2. */
const OFFSETS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 2.0002, 4: 4 };
const REQUESTS = 10_000;
const CALLERS = 8;

async function versionFiles(version: number): Promise<Record<string, Uint8Array>> {
  const folder = join(FIXTURE, String(version));
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const entries = files
    .filter((file) => file.isFile())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), await readFile(path)] as const;
    });
  return Object.fromEntries(await Promise.all(entries));
}

/** Calls until it is told to stop, and judges every answer. */
class Load {
  sent = 0;
  readonly failures: string[] = [];
  readonly byVersion = new Map<number, number>();
  private going = true;
  private readonly callers: Promise<void>[];

  constructor(private readonly server: TestServer) {
    this.callers = Array.from({ length: CALLERS }, (_, caller) => this.call(caller));
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.callers);
  }

  private async call(caller: number): Promise<void> {
    for (let turn = 0; this.going; turn++) {
      const x = caller * 1000 + (turn % 1000);
      this.sent += 1;
      try {
        await (caller % 2 === 0
          ? this.predict(x, caller % 4 === 0 ? '' : '?label=stable')
          : this.predictV1(x));
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }

  private async predict(x: number, query: string): Promise<void> {
    const response = await this.server.postJson(`/models/m/predict${query}`, { input: [x] });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const { version, predictions } = (await response.json()) as { version: number; predictions: number[][] };
    this.judge(x, predictions[0]!, OFFSETS[version]!);
    this.byVersion.set(version, (this.byVersion.get(version) ?? 0) + 1);
  }

  private async predictV1(x: number): Promise<void> {
    const response = await this.server.postJson('/v1/models/m:predict', { instances: [x] });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const { predictions } = (await response.json()) as { predictions: number[][] };
    this.judge(x, predictions[0]!, predictions[0]![0]! - x / 2);
  }

  private judge(x: number, row: readonly number[], offset: number): void {
    const expected = Math.fround(Math.fround(x / 2) + Math.fround(offset));
    const wrong = row.length !== 64 || row.some((value) => Math.abs(value - expected) > 1e-3);
    const known = Object.values(OFFSETS).some((value) => Math.abs(value - offset) < 1e-2);
    if (wrong || !known) throw new Error(`${x} was answered with ${row.slice(0, 3).join(', ')}, …`);
  }
}

describe('a server under constant load', () => {
  let server: TestServer;
  let load: Load | undefined;
  afterEach(async () => {
    await load?.stop();
    await server.stop();
  });

  it(`answers each of ${REQUESTS} requests, whole from one version, while versions are added, replaced, relabelled, broken and removed`, async () => {
    server = await TestServer.start({
      models: { m: { 'README.md': 'versions are put here' } },
      yaml: { m: 'versions: all\nversionLabels: {stable: 1}' },
      env: { AUTH: 'off', LOG_LEVEL: 'info', MODELS_POLL_MS: '200', RATE_LIMIT: '1000000' },
      untilReady: false,
    });
    const files = new Map<number, Record<string, Uint8Array>>();
    for (const version of [1, 2, 3, 4]) files.set(version, await versionFiles(version));
    const available = async (...versions: number[]): Promise<void> => {
      const wanted = Object.fromEntries(versions.map((version) => [version, 'AVAILABLE']));
      await server.until(
        async () => {
          const now = await server.versions('m');
          return JSON.stringify(now) === JSON.stringify(wanted);
        },
        `the versions ${versions.join(', ')} serve, and no other`,
      );
    };
    await server.putVersion('m', 1, files.get(1)!);
    await available(1);

    load = new Load(server);
    const loads = (): number => server.log().filter(({ msg }) => /^m version \d+: /.test(String(msg))).length;
    for (let round = 0; round < 3 || load.sent < REQUESTS; round++) {
      await server.putVersion('m', 2, files.get(2)!);
      await available(1, 2);
      await server.putYaml('m', 'versions: all\nversionLabels: {stable: 2}');
      await server.until(
        async () => JSON.stringify(await server.model('m')).includes('"labels":["stable"]'),
        'it is labelled',
      );

      await server.putVersion('m', 3, { 'saved_model.pb': 'broken' });
      await server.until(async () => (await server.versions('m'))['3'] === 'END', 'version 3 is refused');
      await server.putVersion('m', 3, files.get(3)!);
      await available(1, 2, 3);

      const before = loads();
      await server.putVersion('m', 2, files.get(2)!);
      await server.until(() => loads() > before, 'version 2 is loaded again');
      await server.putVersion('m', 1, null);
      await available(2, 3);
      await server.putVersion('m', 4, files.get(4)!);
      await available(2, 3, 4);
      await server.putYaml('m', 'versions: [2, 4]\nversionLabels: {stable: 2}');
      await sleep(50); // Not waited for: what follows shall meet it half-way.
      await server.putVersion('m', 1, files.get(1)!);
      await server.putYaml('m', 'versions: all\nversionLabels: {stable: 1}');
      await available(1, 2, 3, 4);
      await server.until(
        async () => /"version":1,[^}]*"labels":\["stable"\]/.test(JSON.stringify(await server.model('m'))),
        'version 1 is stable again',
      );
      for (const version of [4, 3, 2]) await server.putVersion('m', version, null);
      await available(1);
    }
    await load.stop();

    expect(load.failures).toEqual([]);
    expect(load.sent).toBeGreaterThanOrEqual(REQUESTS);
    expect([...load.byVersion.keys()].toSorted()).toEqual([1, 2, 3, 4]);
  }, 240_000);
});
