/**
 * How many pictures a second the built server answers over HTTP, beside other servers that run the same model on the same pictures, and
 * beside what the engine does with no server at all. Run it with nothing beside it; it takes about 35 minutes on two cores:
 *
 *     npm run bench [-- --models MobileNetV2,ResNet50 --servers tensornest,fastapi --rounds 3 --seconds 4 --out DIRECTORY]
 *     npm run bench -- --quick           one short round, to see that everything works
 *
 * `--seconds` is the length of each load, `--open-rounds` (1) in how many rounds the peers meet the open loops as well. It needs
 * Python 3.11 and g++; the other servers are installed into the cache (bench/peers/environments.sh). bench/throughput/README.md says
 * what is measured and how.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { made } from './throughput/cache.mjs';
import { drawChart } from './throughput/chart.mjs';
import { loadProgram } from './throughput/client.mjs';
import { aboutMachine } from './throughput/machine.mjs';
import { applications } from './throughput/models.mjs';
import { readOptions } from './throughput/options.mjs';
import { drawnPictures } from './throughput/pictures.mjs';
import { markdown } from './throughput/report.mjs';
import { measureModel } from './throughput/rounds.mjs';
import { SERVERS } from './throughput/servers.mjs';
import { summarise } from './throughput/summary.mjs';

const begun = performance.now();
const stopping = new AbortController();
process.once('SIGINT', () => stop(130));
process.once('SIGTERM', () => stop(143));
process.once('SIGHUP', () => stop(129));

const options = readOptions(process.argv.slice(2));
const work = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
try {
  await main();
} catch (error) {
  if (!stopping.signal.aborted) throw error;
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 3 });
}

async function main() {
  const models = applications(options.models);
  const environments = pythonEnvironments();
  say('drawing the pictures, compiling the client');
  const files = await drawnPictures();
  const program = await loadProgram();
  const context = { options, files, work, environments, program, say, signal: stopping.signal };
  const results = { about: await aboutMachine(options, files.load, environments), models: {} };
  for (const model of models) {
    results.models[model.name] = await measureModel(model, context);
    results.about.minutes = (performance.now() - begun) / 60_000;
    await write(results);
  }
  say(`written to ${relative(process.cwd(), options.out) || '.'}`, true);
}

async function write(results) {
  const summary = summarise(results, SERVERS);
  await mkdir(options.out, { recursive: true });
  const written = {
    'results.json': `${JSON.stringify({ ...results, summary }, null, 1)}\n`,
    'results.md': markdown(summary, results.about),
    'results.svg': drawChart(summary, results.about),
  };
  for (const [name, content] of Object.entries(written)) await writeFile(join(options.out, name), content);
}

/** The folders of those that could be made, by name. */
function pythonEnvironments() {
  const lines = made('bench/peers/environments.sh').split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

/** One line that tells how far it is; on a terminal it gives way to the next. */
function say(step, lasting = false) {
  const time = ((performance.now() - begun) / 60_000).toFixed(1).padStart(5);
  const line = `${time} min  ${step}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}${lasting ? '\n' : ''}`);
  else console.log(line);
}

/** What was started ends with this process (server-process.mjs), and the client by the signal. */
function stop(code) {
  process.exitCode = code;
  stopping.abort();
  setTimeout(() => process.exit(code), 10_000).unref();
}
