/**
 * What the server does to others while one client sends hostile bodies, 32 at once: how long /health/live and a polite caller's small
 * requests take, quiet and meanwhile, what the attacker is answered, and what memory the server takes and gives back. The attacker sends
 * from a thread of its own and from another address. Run after `npm run build`:
 *
 *     npm run bench:hostile [-- seconds per attack [name of an attack]]
 *
 * Settings of the environment go to the server (`HTTP_WORKERS=2`, `NODE_OPTIONS=--max-old-space-size=512`). Reads /proc.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { startServer } from './server.mjs';

const MIB = 2 ** 20;
const AT_ONCE = 32;
const MOST = 60 * MIB;
const ATTACKER = '127.0.0.2';

/** `unit` again and again within `{"<field>": […]}`, of `bytes` at most. */
const list = (field, unit, bytes = MOST) => {
  const times = Math.floor((bytes - 64) / (unit.length + 1));
  return Buffer.from(`{"${field}":[${`${unit},`.repeat(times)}${unit}]}`);
};
const gzip = (body) => ({ body: gzipSync(body), encoding: 'gzip' });
const plain = (body) => ({ body });

const ATTACKS = {
  'objects, gzip': () => gzip(list('input', '{}')),
  'objects, br': () => ({
    body: brotliCompressSync(list('input', '{}'), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
    encoding: 'br',
  }),
  objects: () => plain(list('input', '{}')),
  'objects to /v1': () => ({ ...plain(list('inputs', '{}')), path: '/v1/models/fake:predict' }),
  'objects to /v1, gzip': () => ({ ...gzip(list('inputs', '{}')), path: '/v1/models/fake:predict' }),
  'empty lists': () => plain(list('input', '[]')),
  'ragged lists': () => plain(list('input', '[1],[1,2]')),
  texts: () => plain(list('input', '""')),
  '8 MiB of numbers': () => plain(list('input', '0', 8 * MIB)),
  '8 MiB of numbers to /v1': () => ({
    ...plain(list('inputs', '0', 8 * MIB)),
    path: '/v1/models/fake:predict',
  }),
  '60 MiB of numbers': () => plain(list('input', '0.123456789')),
  'a text of 60 MiB': () => plain(Buffer.from(`{"input":["${'x'.repeat(MOST)}"]}`)),
  'a name of 60 MiB': () => plain(Buffer.from(`{"input":{"${'x'.repeat(MOST)}":1}}`)),
  'uploads that stop at 58 of 60 MiB': () => ({ body: Buffer.alloc(60 * MIB), stopAt: 58 * MIB }),
};

const port = parentPort;
if (isMainThread) await main();
else await attack(workerData);

async function main() {
  const [seconds = '10', only] = process.argv.slice(2);
  const names = Object.keys(ATTACKS).filter((name) => only === undefined || name === only);
  const { HTTP_WORKERS = '1', NODE_OPTIONS = '' } = process.env;
  const server = await startServer(fill, () => {}, {
    ENGINE: 'fake',
    RATE_LIMIT: '1000000',
    HTTP_WORKERS,
    NODE_OPTIONS,
    ...(process.env.MAX_INFLIGHT_BYTES && { MAX_INFLIGHT_BYTES: process.env.MAX_INFLIGHT_BYTES }),
  });
  console.log(`${AT_ONCE} at once, ${seconds} s each; HTTP_WORKERS=${HTTP_WORKERS} ${NODE_OPTIONS}\n`);
  console.log(
    'attack | live p99 ms: quiet, meanwhile | polite p99 ms: quiet, meanwhile | RSS MiB: quiet, most, after | answers',
  );
  for (const name of names) {
    const quietRss = await rssOf(server.pid);
    const quiet = await ask(server.url, () => false, 3000);
    const thread = new Worker(new URL(import.meta.url), {
      workerData: { name, url: server.url, ms: Number(seconds) * 1000 },
    });
    const { promise, resolve } = Promise.withResolvers?.() ?? deferred();
    let answers;
    let isOver = false;
    let began = deferred();
    thread.on('message', (message) => {
      if (message === 'began') began.resolve();
      else answers = message;
    });
    thread.once('exit', () => {
      isOver = true;
      resolve();
    });
    let most = 0;
    const watch = setInterval(
      async () => (most = Math.max(most, await rssOf(server.pid).catch(() => 0))),
      50,
    );
    await began.promise;
    const loud = await ask(server.url, () => isOver, 120_000);
    await promise;
    clearInterval(watch);
    const ended = performance.now();
    let after = await rssOf(server.pid);
    while (after > quietRss + 100 && performance.now() - ended < 60_000) {
      await sleep(1000);
      after = await rssOf(server.pid);
    }
    const back = ((performance.now() - ended) / 1000).toFixed(0);
    console.log(
      `${name} | ${p99(quiet.live)}, ${p99(loud.live)} | ${p99(quiet.polite)}, ${p99(loud.polite)} | ` +
        `${quietRss.toFixed(0)}, ${most.toFixed(0)}, ${after.toFixed(0)} after ${back} s | ${JSON.stringify(answers)}` +
        `${loud.refused > 0 ? `; ${loud.refused} of ${loud.polite.length} polite requests were refused` : ''}`,
    );
  }
  await server.stop();
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

async function fill(folder) {
  const x = { name: 'x', dtype: 'float32', shape: [null] };
  const signatures = { serving_default: { inputs: [x], outputs: [{ ...x, name: 'y' }] } };
  await mkdir(join(folder, 'models/fake/1'), { recursive: true });
  await writeFile(join(folder, 'models/fake/1/fake.json'), JSON.stringify({ signatures }));
}

/** Asks until it is over. @returns how long each answer took, in ms */
async function ask(url, isOver, mostMs) {
  const agent = new Agent({ keepAlive: true });
  const end = performance.now() + mostMs;
  const result = { live: [], polite: [], refused: 0 };
  const goesOn = () => !isOver() && performance.now() < end;
  const poll = async (times, options, body) => {
    while (goesOn()) {
      const began = performance.now();
      const status = await send(`${url}${options.path}`, { ...options, agent, body });
      times.push(performance.now() - began);
      if (status !== 200) result.refused += 1;
      await sleep(5);
    }
  };
  const json = { 'Content-Type': 'application/json' };
  await Promise.all([
    poll(result.live, { path: '/health/live', method: 'GET' }),
    poll(result.polite, { path: '/models/fake/predict', method: 'POST', headers: json }, '{"input":[1,2,3]}'),
  ]);
  agent.destroy();
  return result;
}

function send(url, { body, ...options }) {
  return new Promise((resolve) => {
    const sending = request(url, options, (response) => {
      response
        .resume()
        .once('end', () => resolve(response.statusCode))
        .once('error', () => resolve('broken'));
    });
    sending.once('error', (error) => resolve(error.code));
    sending.end(body);
  });
}

async function attack({ name, url, ms }) {
  const { body, encoding, stopAt, path = '/models/fake/predict' } = ATTACKS[name]();
  const end = performance.now() + ms;
  const counts = {};
  port.postMessage('began');
  const headers = {
    'Content-Type': stopAt ? 'application/octet-stream' : 'application/json',
    'Content-Length': body.length,
    ...(encoding && { 'Content-Encoding': encoding }),
  };
  const one = async () => {
    do {
      const status = stopAt
        ? await stall(url, path, headers, body.subarray(0, stopAt))
        : await send(`${url}${path}`, { method: 'POST', headers, body, localAddress: ATTACKER });
      counts[status] = (counts[status] ?? 0) + 1;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  port.postMessage(counts);
}

/** Sends a part of a body and then waits to be told. */
function stall(url, path, headers, part) {
  const address = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ port: address.port, host: address.hostname, localAddress: ATTACKER });
    let answer = '';
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`);
    socket.write(part);
    socket.on('data', (chunk) => (answer += chunk));
    socket.once('error', () => {});
    socket.once('close', () => resolve(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 'closed'));
  });
}

function p99(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN).toFixed(1);
}

/** Of the process that answers, and of its workers, in MiB. */
async function rssOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = [pid, ...children.split(' ').filter(Boolean)];
  const sizes = await Promise.all(
    pids.map(async (one) => {
      const status = await readFile(`/proc/${one}/status`, 'utf8').catch(() => '');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
