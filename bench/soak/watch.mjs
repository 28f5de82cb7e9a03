import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 5000;

/** Looks at the server's processes every few seconds. Reads /proc. */
export class Watch {
  /** Of each process: `{ role, pid, at (s), rss (bytes), fds, threads }`. */
  samples = [];
  /** Handles and resources of the event loop that answers `/metrics`, from its own counters: `{ at, handles }`. */
  handles = [];

  constructor(server, headers) {
    this.server = server;
    this.headers = headers;
    this.began = performance.now();
  }

  async run(signal) {
    while (!signal.aborted) {
      await this.look();
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async look() {
    const at = (performance.now() - this.began) / 1000;
    const { pid, url } = this.server;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    for (const one of [pid, ...children.trim().split(' ').filter(Boolean).map(Number)]) {
      const sample = await look(one, pid);
      if (sample) this.samples.push({ at, pid: one, ...sample });
    }
    const text = await fetch(`${url}/metrics`, { headers: this.headers })
      .then((answer) => answer.text())
      .catch(() => '');
    const active = /^nodejs_active_handles_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1];
    if (active !== undefined) this.handles.push({ at, handles: Number(active) });
  }
}

async function look(pid, server) {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const fds = (await readdir(`/proc/${pid}/fd`)).length;
    const of = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)[1]);
    return { role: roleOf(command, pid === server), rss: 1024 * of('VmRSS'), fds, threads: of('Threads') };
  } catch {
    return undefined; // It has ended.
  }
}

function roleOf(command, isServer) {
  if (command.includes('engine/host/main.js')) return 'engine';
  return isServer ? 'server' : 'HTTP worker';
}
