/**
 * Everything at once, for long: polite callers of both protocols with pictures and numbers, whose every answer is known; beside them callers that
 * cancel, that are slow and that mean harm; new versions put in the place of old ones, and the engine's process killed. Says how many
 * answers were wrong or lost, and whether the processes' memory, file descriptors and handles grow. Linux; best with nothing beside it:
 *
 *     npm run soak [-- --minutes 20 --reload-every 30 --kill-every 300 --seed 1]
 *
 * It ends with 1 if an answer was wrong or lost. Settings of the environment that begin with `SOAK_` reach the server without that prefix
 * (`SOAK_HTTP_WORKERS=2`).
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createKey, hashKey } from '../dist/access/keys/api-key.js';
import { printKeysFile } from '../dist/access/keys/keys-file.js';
import { ROOT, startServer } from './server.mjs';
import { hostileCallers } from './soak/hostile.mjs';
import { politeCallers } from './soak/polite.mjs';
import { report } from './soak/report.mjs';
import { Tally } from './soak/tally.mjs';
import { putVersion, Trouble } from './soak/trouble.mjs';
import { Watch } from './soak/watch.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    'reload-every': { type: 'string', default: '30' },
    'kill-every': { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
});
const keys = { polite: createKey(), hostile: createKey(), watch: createKey() };
const server = await startServer(fill, () => {}, {
  AUTH: 'on',
  API_KEYS_FILE: 'api-keys.json',
  ...settings(),
});
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
const tally = new Tally();
const text = (key) => ({ 'X-API-Key': key.text });
const context = {
  server,
  tally,
  signal: stopping.signal,
  seed: Number(values.seed),
  polite: text(keys.polite),
  hostile: text(keys.hostile),
};
const trouble = new Trouble(server, text(keys.watch), {
  reloadMs: 1000 * Number(values['reload-every']),
  killMs: 1000 * Number(values['kill-every']),
});
try {
  const polite = await politeCallers(context, trouble);
  const watch = new Watch(server, text(keys.watch));
  const work = [...polite, ...hostileCallers(context)].map((caller) => caller());
  work.push(watch.run(stopping.signal), trouble.run(stopping.signal), tell());
  await sleep(60_000 * Number(values.minutes), undefined, { signal: stopping.signal }).catch(() => {});
  stopping.abort();
  await Promise.all(work);
  report({ tally, watch, trouble, seed: values.seed });
  if (tally.faults > 0) process.exitCode = 1;
} finally {
  stopping.abort();
  await server.stop();
}

async function fill(folder) {
  await cp(join(ROOT, 'models/shapes'), join(folder, 'models/shapes'), { recursive: true });
  await cp(join(ROOT, 'labels/shapes.json'), join(folder, 'labels/shapes.json'));
  await mkdir(join(folder, 'models/numbers'));
  await writeFile(join(folder, 'models/numbers/model.yaml'), 'labels: none\n');
  await putVersion(folder, 1);
  const entries = Object.entries(keys).map(([name, key]) => ({
    id: key.id,
    name,
    sha256: hashKey(key.text),
    createdAt: new Date().toISOString(),
  }));
  await writeFile(join(folder, 'api-keys.json'), printKeysFile(entries));
}

function settings() {
  const given = Object.entries(process.env).filter(([name]) => name.startsWith('SOAK_'));
  return Object.fromEntries(given.map(([name, value]) => [name.slice('SOAK_'.length), value]));
}

async function tell() {
  const began = performance.now();
  while (!stopping.signal.aborted) {
    await sleep(10_000, undefined, { signal: stopping.signal }).catch(() => {});
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    process.stderr.write(`${minutes} of ${values.minutes} min: ${tally.line()}; ${trouble.line()}\n`);
  }
}
