/**
 * What it costs to serve many models: 1, 50 and 200 copies of test/fixtures/models/half_plus_two in one server, each run in a process of
 * its own. Says how long it takes until all are ready, what the processes hold, what a request takes when the models are asked for
 * in turn, and what CPU an idle server uses. With native TensorFlow where it is installed.
 *
 *     npm run bench:models
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentOf, ROOT, startServer } from './server.mjs';

const MODEL = join(ROOT, 'test/fixtures/models/half_plus_two');
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
  const server = await startServer(async (folder) => {
    for (let index = 0; index < count; index++)
      await cp(MODEL, join(folder, `models/m${index}`), { recursive: true });
  });
  try {
    await ask(server.url, count, REQUESTS); // Warm.
    const latencies = await ask(server.url, count, REQUESTS);
    const resident = await residentOf(server.pid);
    const before = await ticks(server.pid);
    await sleep(IDLE_MS);
    const idle = (await ticks(server.pid)) - before;
    return {
      models: count,
      'ready after, ms': Math.round(server.readyMs),
      'server, MiB': Math.round(resident.server / 2 ** 20),
      'engine, MiB': Math.round(resident.engine / 2 ** 20),
      'request p50, ms': Number(latencies[Math.floor(latencies.length / 2)].toFixed(3)),
      'request p99, ms': Number(latencies[Math.floor(latencies.length * 0.99)].toFixed(3)),
      'idle CPU, %': Number(((idle / TICKS_PER_SECOND / (IDLE_MS / 1000)) * 100).toFixed(1)),
    };
  } finally {
    await server.stop();
  }
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

async function ticks(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
