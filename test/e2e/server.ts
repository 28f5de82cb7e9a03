import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '../..');

export interface ServerOptions {
  /**
   * The models by name: the name of a folder of `test/fixtures/models`, a folder from the project's root such as
   * `models/shapes`, or files by path (`{'1/fake.json': '…'}`).
   */
  readonly models?: Readonly<Record<string, string | Readonly<Record<string, string | Uint8Array>>>>;
  /** Contents of `model.yaml`, by model. */
  readonly yaml?: Readonly<Record<string, string>>;
  /** Files directly in the folder of models, by name. */
  readonly strays?: Readonly<Record<string, string | Uint8Array>>;
  /** Label files by name, as text; or the name of one from `test/fixtures/labels` or `labels`, after `file:`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Contents of the file `.env` in the folder the server is started in. */
  readonly dotenv?: string;
  /** Whether to wait until `/health/ready` says so; otherwise only until the server listens. */
  readonly untilReady?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();
// A test that fails on its way leaves its server to this.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** The built server as a process of its own, called over HTTP as its clients call it. */
export class TestServer {
  readonly lines: string[] = [];
  url = '';
  /** The key that the server made for this run and printed. */
  key = '';
  readonly exited: Promise<Exit>;

  private constructor(
    readonly folder: string,
    readonly process: ChildProcess,
  ) {
    running.add(process);
    process.once('exit', () => running.delete(process));
    this.exited = once(process, 'exit').then(([code, signal]) => ({ code, signal }) as Exit);
    for (const stream of [process.stdout, process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const server = await TestServer.spawn(options);
    await server.until(() => server.lines.some((line) => line.includes('Listening at')), 'it listens');
    server.url = server.find(/Listening at (http:\S+?)[ .]*(?:\(|"|$)/);
    if (options.env?.AUTH !== 'off' && options.env?.API_KEYS_FILE === undefined) {
      await server.until(() => /\btn_\w+/.test(server.lines.join('\n')), 'it prints a key');
      server.key = server.find(/\b(tn_\w+)/);
    }
    if (options.untilReady !== false) {
      await server.until(async () => (await fetch(`${server.url}/health/ready`)).ok, 'it is ready');
    }
    return server;
  }

  /** Starts the process and waits for nothing: for servers that shall not come up. */
  static async spawn({
    models = {},
    yaml = {},
    labels = {},
    strays = {},
    env = {},
    dotenv,
  }: ServerOptions): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-e2e-'));
    await mkdir(join(folder, 'models'));
    await mkdir(join(folder, 'labels'));
    for (const [name, source] of Object.entries(models)) await putModel(join(folder, 'models', name), source);
    for (const [name, text] of Object.entries(yaml))
      await writeFile(join(folder, 'models', name, 'model.yaml'), text);
    for (const [name, content] of Object.entries(strays))
      await writeFile(join(folder, 'models', name), content);
    for (const [name, text] of Object.entries(labels)) {
      const content = text.startsWith('file:') ? await readFile(join(ROOT, text.slice(5))) : text;
      await writeFile(join(folder, 'labels', name), content);
    }
    if (dotenv !== undefined) await writeFile(join(folder, '.env'), dotenv);
    // What tests make the fake engine do, it does one after the other.
    const oneAtATime = env.ENGINE === 'fake' && { ENGINE_STREAMS: '1' };
    const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        LOG_FORMAT: 'json',
        ...oneAtATime,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new TestServer(folder, child);
  }

  /** Calls a route with the key of this run. */
  fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { 'X-API-Key': this.key, ...init.headers } });
  }

  postJson(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  postForm(path: string, ...files: readonly (Uint8Array | Blob)[]): Promise<Response> {
    const body = new FormData();
    for (const file of files) body.append('image', file instanceof Blob ? file : new Blob([file]), 'picture');
    return this.fetch(path, { method: 'POST', body });
  }

  postRaw(
    path: string,
    bytes: Uint8Array,
    type: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': type, ...headers },
      body: bytes,
    });
  }

  /** Puts a version of a model in its place whole, as a careful deployment does, or takes it away. */
  async putVersion(
    model: string,
    version: number | string,
    files: Readonly<Record<string, string | Uint8Array>> | null,
  ): Promise<void> {
    const place = join(this.folder, 'models', model, String(version));
    const aside = await mkdtemp(join(this.folder, 'aside-'));
    if (files) {
      await writeFiles(join(aside, 'new'), files);
      await mkdir(dirname(place), { recursive: true });
    }
    await rename(place, join(aside, 'old')).catch(() => {});
    if (files) await rename(join(aside, 'new'), place);
    await rm(aside, { recursive: true });
  }

  async putYaml(model: string, yaml: string): Promise<void> {
    await writeFile(join(this.folder, 'models', model, 'model.yaml'), yaml);
  }

  /** What `GET /models/{model}` says. */
  async model(name: string): Promise<ModelView> {
    return (await (await this.fetch(`/models/${name}`)).json()) as ModelView;
  }

  /** The versions of a model that are not over, such as `{ '1': 'AVAILABLE' }`. */
  async versions(name: string): Promise<Record<string, string>> {
    const { versions = [] } = await this.model(name);
    const current = versions.filter(({ state, error }) => state !== 'END' || error !== undefined);
    return Object.fromEntries(current.map(({ version, state }) => [version, state]));
  }

  /** What the server logged, line by line. */
  log(): Record<string, unknown>[] {
    return this.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits, with a bound, for something that a process outside this test does. */
  async until(holds: () => boolean | Promise<boolean>, what: string, ms = 40_000): Promise<void> {
    const end = Date.now() + ms;
    while (!(await holds())) {
      const ended = this.process.exitCode !== null || this.process.signalCode !== null;
      if (ended || Date.now() > end)
        throw new Error(`The server was waited for until ${what}:\n${this.lines.slice(-200).join('\n')}`);
      await sleep(20);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.process.kill(signal);
    const exit = await this.exited;
    await rm(this.folder, { recursive: true, force: true });
    return exit;
  }

  private find(pattern: RegExp): string {
    return pattern.exec(this.lines.join('\n'))?.[1] ?? '';
  }
}

/** As much of it as tests look at. */
export interface ModelView {
  readonly name: string;
  readonly version?: number;
  readonly state: string;
  readonly error?: string;
  readonly configError?: string;
  readonly versions?: readonly {
    readonly version: number;
    readonly state: string;
    readonly idle?: boolean;
    readonly labels?: readonly string[];
    readonly error?: string;
    readonly next?: { readonly state: string; readonly error?: string };
  }[];
  readonly [key: string]: unknown;
}

async function putModel(
  target: string,
  source: string | Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  if (typeof source === 'string') {
    const from = source.includes('/') ? join(ROOT, source) : join(ROOT, 'test/fixtures/models', source);
    await cp(from, target, { recursive: true });
    return;
  }
  await writeFiles(target, source);
}

async function writeFiles(
  target: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), content);
  }
}

/** A file of the project, from its root. */
export function projectFile(path: string): Promise<Buffer> {
  return readFile(join(ROOT, path));
}

/** `fake.json` of a model `x` float32 [?] → `y` float32 [?] that answers each row's own number. */
export function fakeModel(
  behaviour: { loadMs?: number; runMs?: number; runLeakBytes?: number; on?: Record<string, string> } = {},
): Record<string, string> {
  const x = { name: 'x', dtype: 'float32', shape: [null] };
  const signatures = { serving_default: { inputs: [x], outputs: [{ ...x, name: 'y' }] } };
  return { '1/fake.json': JSON.stringify({ signatures, ...behaviour }) };
}
