/**
 * What it costs to serve many models: 1, 50 and 200 copies of test/fixtures/models/half_plus_two in one server, each run in a process of
 * its own. Says how long it takes until all are ready, what the processes hold, what a request takes when the models are asked for
 * in turn, and what CPU an idle server uses. With native TensorFlow where it is installed.
 *
 *     npm run bench:models
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '..');
const COUNTS = [1, 50, 200];
const REQUESTS = 2000;
const IDLE_MS = 5000;
const TICKS_PER_SECOND = 100;

const rows = [];
for (const count of COUNTS) {
  process.stderr.write(`${count} models …\n`);
  rows.push(await measure(count));
}
console.table(Object.fromEntries(rows.map(({ models, ...rest }) => [models, rest])));
const [one, , many] = rows;
const each = (after, before) => ((after - before) / (many.models - one.models)).toFixed(2);
console.log(
  `For each further model: ${each(many['ready after, ms'], one['ready after, ms'])} ms at the start, ` +
    `${each(many['server, MiB'], one['server, MiB'])} MiB in the server and ${each(many['engine, MiB'], one['engine, MiB'])} MiB in the engine process.`,
);

async function measure(count) {
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
  await mkdir(join(folder, 'labels'));
  for (let index = 0; index < count; index++) {
    await cp(join(ROOT, 'test/fixtures/models/half_plus_two'), join(folder, `models/m${index}`), {
      recursive: true,
    });
  }
  const started = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      AUTH: 'off',
      RATE_LIMIT: '1000000',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await listening(child);
    while (!(await fetch(`${url}/health/ready`)).ok) await sleep(10);
    const readyMs = performance.now() - started;
    await ask(url, count, REQUESTS); // Warm.
    const latencies = await ask(url, count, REQUESTS);
    const [server, engine] = await Promise.all([rss(child.pid), engineRss(child.pid)]);
    const before = await ticks(child.pid);
    await sleep(IDLE_MS);
    const idle = (await ticks(child.pid)) - before;
    return {
      models: count,
      'ready after, ms': Math.round(readyMs),
      'server, MiB': server,
      'engine, MiB': engine,
      'request p50, ms': Number(latencies[Math.floor(latencies.length / 2)].toFixed(3)),
      'request p99, ms': Number(latencies[Math.floor(latencies.length * 0.99)].toFixed(3)),
      'idle CPU, %': Number(((idle / TICKS_PER_SECOND / (IDLE_MS / 1000)) * 100).toFixed(1)),
    };
  } finally {
    child.kill('SIGTERM');
    await new Promise((done) => child.once('exit', done));
    await rm(folder, { recursive: true });
  }
}

function listening(child) {
  return new Promise((done, failed) => {
    child.once('exit', () => failed(new Error('The server ended.')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /Listening at (http:\S+?)[ .]*(?:\(|"|$)/.exec(line)?.[1];
      if (url) done(url);
    });
  });
}

/** One request after the other, each to the next model. @returns what each took, ascending, in ms */
async function ask(url, count, requests) {
  const body = '{"input":[1,2,5]}';
  const headers = { 'Content-Type': 'application/json' };
  const latencies = [];
  for (let index = 0; index < requests; index++) {
    const started = performance.now();
    const response = await fetch(`${url}/models/m${index % count}/predict`, {
      method: 'POST',
      headers,
      body,
    });
    const { predictions } = await response.json();
    latencies.push(performance.now() - started);
    if (predictions?.[2] !== 4.5) throw new Error(`A wrong answer: ${JSON.stringify(predictions)}`);
  }
  return latencies.toSorted((a, b) => a - b);
}

async function rss(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024);
}

async function engineRss(pid) {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .filter(Boolean);
  const sizes = await Promise.all(children.map(rss));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function ticks(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
