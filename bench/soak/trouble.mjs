import { cp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../server.mjs';

/** Of test/fixtures/versions: those that answer x / 2 and exactly their own number. */
const FIXTURES = 2;

/** Puts a version of the model of numbers there, whole at once. */
export async function putVersion(folder, version) {
  const fixture = join(ROOT, 'test/fixtures/versions', String(((version - 1) % FIXTURES) + 1));
  await cp(fixture, join(folder, 'next'), { recursive: true });
  await rename(join(folder, 'next'), join(folder, 'models/numbers', String(version)));
}

/** New versions in the place of old ones, and the engine's process killed, each at its own times. */
export class Trouble {
  reloads = 0;
  kills = 0;
  current = 1;
  /** One that may still answer. */
  previous = 1;

  constructor(server, headers, { reloadMs, killMs }) {
    this.server = server;
    this.headers = headers;
    this.times = { reloadMs, killMs };
  }

  /** Those that may answer now. */
  versions() {
    return [this.previous, this.current];
  }

  line() {
    return `${this.reloads} reloads, ${this.kills} kills`;
  }

  async run(signal) {
    const { reloadMs, killMs } = this.times;
    await Promise.all([
      every(reloadMs, signal, () => this.reload(signal)),
      every(killMs, signal, () => this.kill()),
    ]);
  }

  async reload(signal) {
    const { folder } = this.server;
    this.previous = this.current;
    this.current += 1;
    await putVersion(folder, this.current);
    while (!signal.aborted && !(await this.serves(this.current))) await sleep(200);
    await rm(join(folder, 'models/numbers', String(this.previous)), { recursive: true });
    this.reloads += 1;
  }

  async serves(version) {
    const url = `${this.server.url}/v1/models/numbers/versions/${version}`;
    const answer = await fetch(url, { headers: this.headers }).then(
      (given) => given.json(),
      () => ({}),
    );
    return answer.model_version_status?.[0]?.state === 'AVAILABLE';
  }

  async kill() {
    const [engine] = await enginesOf(this.server.pid);
    if (engine === undefined) return;
    process.kill(engine, 'SIGKILL');
    this.kills += 1;
  }
}

async function enginesOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const engines = [];
  for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('engine/host/main.js')) engines.push(child);
  }
  return engines;
}

async function every(ms, signal, act) {
  while (!signal.aborted) {
    await sleep(ms, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await act();
  }
}
