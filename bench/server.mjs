import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytesOf } from '../dist/engine/host/resident-bytes.js';

export const ROOT = resolve(import.meta.dirname, '..');

/**
 * The built server in a process and a folder of its own, open to everybody.
 * @param fill puts the models into `<folder>/models`
 * @param onLine told of each line of its log
 * @param env settings beside or in place of those
 * @returns once it is ready: where it is, how long it took, and `stop`
 */
export async function startServer(fill, onLine = () => {}, env = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
  await mkdir(join(folder, 'models'));
  await mkdir(join(folder, 'labels'));
  await fill(folder);
  const { PATH, HOME } = process.env;
  const started = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
    cwd: folder,
    env: { PATH, HOME, PORT: '0', AUTH: 'off', RATE_LIMIT: '1000000', LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true });
  };
  try {
    const url = await listening(child, onLine);
    while (!(await fetch(`${url}/health/ready`)).ok) await sleep(10);
    return { url, folder, pid: child.pid, readyMs: performance.now() - started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child, onLine) {
  return new Promise((done, failed) => {
    child.once('exit', () => failed(new Error('The server ended.')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      onLine(line);
      const url = /Listening at (http:\S+?)[ .]*(?:\(|"|$)/.exec(line)?.[1];
      if (url) done(url);
    });
  });
}

/** What a server and its engine processes take of the machine's memory, in bytes. Reads /proc. */
export async function residentOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const engines = await Promise.all(children.trim().split(' ').filter(Boolean).map(residentBytesOf));
  return {
    server: await residentBytesOf(pid),
    engine: engines.reduce((sum, bytes) => sum + (bytes ?? 0), 0),
  };
}
