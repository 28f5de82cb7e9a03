/**
 * What 50 reloads under constant load do to the whole server: eight callers, one after the other new versions of a model put in the place of the
 * one before. Says how many requests failed, and what the HTTP process and its engine take after 5 and after 50 reloads. Run after
 * `npm run build`, with nothing beside it:
 *
 *     npm run bench:downtime [-- reloads]
 *
 * The models are test/fixtures/versions, models/shapes and MobileNetV2 of scripts/models/applications.sh. Reads /proc, so it needs Linux.
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentOf, ROOT, startServer } from './server.mjs';

const reloads = Number(process.argv[2] ?? 50);
const CALLERS = 8;
/** How long the load lasts before the first reload: until the heap of the server has its size. */
const WARM_MS = 20_000;
const SHOWN = [0, 1, 5, 10, 20, 30, 40, 50].filter((reload) => reload <= reloads);

const script = join(ROOT, 'scripts/models/applications.sh');
const made = execFileSync('sh', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const star = await readFile(join(ROOT, 'samples/star.jpg'));
const json = { headers: { 'Content-Type': 'application/json' }, body: '{"input":[2]}' };
const picture = { headers: { 'Content-Type': 'image/jpeg' }, body: star };
const MODELS = [
  { name: 'half_plus_n', directory: join(ROOT, 'test/fixtures/versions/1'), request: json },
  { name: 'shapes', directory: join(ROOT, 'models/shapes/1'), request: picture },
  { name: 'MobileNetV2', directory: join(made, '2.20.0/MobileNetV2/export/1'), request: picture },
];

console.log('Resident MB of the server and of its engine after so many reloads');
console.log(`${''.padEnd(22)}${SHOWN.map((reload) => String(reload).padStart(6)).join('')}`);
for (const model of MODELS) await measure(model);

async function measure({ name, directory, request }) {
  const put = async (folder, version) => {
    await cp(directory, join(folder, 'next'), { recursive: true });
    await rename(join(folder, 'next'), join(folder, 'models/m', String(version)));
  };
  const fill = async (folder) => {
    await mkdir(join(folder, 'models/m'));
    await put(folder, 1);
    await writeFile(join(folder, 'models/m/model.yaml'), 'labels: none\n');
  };
  let handOvers = 0;
  const server = await startServer(fill, (line) => {
    if (line.includes('had grown to')) handOvers += 1;
  });
  try {
    const { url, folder } = server;
    const load = startLoad(url, request);
    await sleep(WARM_MS);
    const sizes = new Map();
    for (let reload = 0; reload <= reloads; reload++) {
      if (reload > 0) await reloadTo(url, folder, put, reload + 1);
      if (SHOWN.includes(reload)) sizes.set(reload, await residentOf(server.pid));
    }
    const { sent, failures } = await load();
    const last = SHOWN.at(-1);
    const sum = (reload) => sizes.get(reload).server + sizes.get(reload).engine;
    const growth = ((sum(last) / sum(5) - 1) * 100).toFixed(1);
    for (const part of ['server', 'engine']) {
      const shown = SHOWN.map((reload) => (sizes.get(reload)[part] / 1e6).toFixed(0).padStart(6)).join('');
      console.log(`${`${name}, ${part}`.padEnd(22)}${shown}`);
    }
    console.log(
      `  both, ${last} to 5: ${growth} %; ${sent} requests, ${failures.length} failed; ${handOvers} hand-overs`,
    );
    for (const failure of failures.slice(0, 3)) console.log(failure);
  } finally {
    await server.stop();
  }
}

async function reloadTo(url, folder, put, version) {
  await put(folder, version);
  await rm(join(folder, 'models/m', String(version - 1)), { recursive: true });
  const serves = async () => {
    const { versions } = await (await fetch(`${url}/models/m`)).json();
    const live = versions.filter(({ state }) => state !== 'END');
    return live.length === 1 && live[0].version === version && live[0].state === 'AVAILABLE';
  };
  while (!(await serves())) await sleep(50);
}

function startLoad(url, request) {
  const failures = [];
  let sent = 0;
  const stop = new AbortController();
  const call = async () => {
    while (!stop.signal.aborted) {
      sent += 1;
      const response = await fetch(`${url}/models/m/predict`, { method: 'POST', ...request });
      const text = await response.text();
      if (response.status !== 200) failures.push(text);
    }
  };
  const callers = Array.from({ length: CALLERS }, call);
  return async () => {
    stop.abort();
    await Promise.all(callers);
    return { sent, failures };
  };
}
