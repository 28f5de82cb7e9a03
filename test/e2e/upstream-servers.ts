import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures/upstream');

const folder = execFileSync('sh', [join(ROOT, 'scripts/ci/upstream-servers.sh'), '--where'], {
  encoding: 'utf8',
}).trim();
/** Whether `scripts/ci/upstream-servers.sh` made them; CI makes them and says so. */
const made = ['mlserver', 'kserve'].every((name) => existsSync(join(folder, name, 'whole')));
/** A Python with NumPy. */
export const PYTHON = join(folder, 'mlserver/bin/python');
export const withUpstreamServers = made || process.env.CI ? describe : describe.skip;

const running = new Set<ChildProcess>();
// A test that fails on its way leaves its servers to this.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server of the Open Inference Protocol as a process of its own. */
export class UpstreamServer {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  /** MLServer, which takes tensors as JSON only. @param port a free one by default */
  static async mlserver(port?: number): Promise<UpstreamServer> {
    const [http, grpc, metrics] = [port ?? (await freePort()), await freePort(), await freePort()];
    const env = {
      PYTHONPATH: FIXTURES,
      MLSERVER_HTTP_PORT: String(http),
      MLSERVER_GRPC_PORT: String(grpc),
      MLSERVER_METRICS_PORT: String(metrics),
    };
    return UpstreamServer.start('mlserver/bin/mlserver', ['start', '.'], env, http);
  }

  /** KServe's server, which takes them as bytes too, and does not announce it. */
  static async kserve(): Promise<UpstreamServer> {
    const port = await freePort();
    const script = join(FIXTURES, 'kserve_server.py');
    return UpstreamServer.start('kserve/bin/python', [script, String(port)], {}, port);
  }

  private static async start(
    program: string,
    parameters: readonly string[],
    env: Readonly<Record<string, string>>,
    port: number,
  ): Promise<UpstreamServer> {
    const child = spawn(join(folder, program), parameters, {
      cwd: join(FIXTURES, 'mlserver'),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const server = new UpstreamServer(`http://127.0.0.1:${port}`, child);
    const end = Date.now() + 40_000;
    while (!(await server.isReady())) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`${program} is not ready:\n${printed}`);
      await sleep(50);
    }
    return server;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/v2/models/half_plus_two/ready`)).ok;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
