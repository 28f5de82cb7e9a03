/**
 * Two builds of the server in turn, with one and with two runs of the engine at once (`ENGINE_STREAMS`): the first answer with an
 * empty cache and with a full one, and pictures a second, p50 and memory with 1, 8 and 32 requests at a time. Run it with nothing
 * beside it, and with a built checkout of the commit to compare with; without one, this build alone:
 *
 *     npm run bench:builds [-- --beside DIRECTORY --models MobileNetV2,ResNet50 --rounds 5 --seconds 3]
 *
 * Kinds take turns within each round, in an order that rotates, so that whatever else the machine does meets all alike. Medians are printed.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './throughput/cache.mjs';
import { closedLoop, loadProgram, writeRequests } from './throughput/client.mjs';
import { CONCURRENCIES, median } from './throughput/measure.mjs';
import { applications, MODEL_NAMES } from './throughput/models.mjs';
import { drawnPictures } from './throughput/pictures.mjs';
import { memoryOf } from './throughput/processes.mjs';
import { ServerProcess } from './throughput/server-process.mjs';
import { tensornest } from './throughput/tensornest.mjs';

/** In s: by then, compilers that work while a program runs have done most of it. */
const FIRST_WARM_UP = 4;
const WARM_UP = 0.5;
const STREAMS = [1, 2];

const { values: options } = parseArgs({
  options: {
    beside: { type: 'string' },
    models: { type: 'string', default: MODEL_NAMES.join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
  },
});
const builds = [
  { name: 'this build', root: ROOT },
  ...(options.beside === undefined ? [] : [{ name: options.beside, root: resolve(options.beside) }]),
];
const signal = new AbortController().signal;
const work = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
try {
  const files = (await drawnPictures()).load;
  const pictures = await Promise.all(files.map((file) => readFile(file)));
  const program = await loadProgram();
  for (const model of applications(options.models.split(','))) await measureModel(model, pictures, program);
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 3 });
}

async function measureModel(model, pictures, program) {
  const requests = join(work, `${model.name}.requests`);
  await writeRequests(requests, pictures, (picture) => tensornest.request(picture, model));
  const kinds = builds.flatMap((build) => STREAMS.map((streams) => ({ ...build, streams, rounds: [] })));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (let at = 0; at < kinds.length; at++) {
      const kind = kinds[(at + round) % kinds.length];
      process.stderr.write(
        `${model.name}, round ${round + 1}: ${kind.name}, ENGINE_STREAMS=${kind.streams}\n`,
      );
      kind.rounds.push(await measureKind(kind, model, { requests, first: pictures[0], program }));
    }
  }
  console.log(`\n${model.name}, medians of ${options.rounds} rounds`);
  for (const { name, streams, rounds } of kinds) {
    const each = rounds.map((round) => round[32].throughput.toFixed(0)).join(', ');
    console.log(`${name}, streams ${streams}: ${each} a second with 32 at a time`);
  }
  console.table(
    Object.fromEntries(kinds.map((kind) => [`${kind.name}, streams ${kind.streams}`, row(kind.rounds)])),
  );
}

async function measureKind({ root, streams, name }, model, { requests, first, program }) {
  const own = join(work, `${model.name}-${streams}-${builds.findIndex((build) => build.name === name)}`);
  await mkdir(own, { recursive: true });
  await rm(join(own, 'cache'), { recursive: true, force: true });
  const start = async () => {
    const launch = await tensornest.launch({ model, work: own });
    const env = { ...launch.env, ENGINE_STREAMS: String(streams) };
    return ServerProcess.start({ ...launch, parameters: [join(root, 'dist/main.js')], env }, own);
  };
  const request = tensornest.request(first, model);
  const cold = await start();
  const coldMs = await cold.firstAnswer(request, signal).finally(() => cold.stop());
  const server = await start();
  try {
    const result = { coldMs, warmMs: await server.firstAnswer(request, signal) };
    const target = { program, port: server.port, requests, signal };
    await closedLoop(target, 8, { seconds: FIRST_WARM_UP, warmUp: 0 });
    for (const concurrency of CONCURRENCIES) {
      const seconds = model.times * Number(options.seconds);
      const { throughput, ok } = await closedLoop(target, concurrency, { seconds, warmUp: WARM_UP });
      result[concurrency] = { throughput, p50: ok.p50 };
    }
    return { ...result, pss: memoryOf(server.processes()).pss };
  } finally {
    await server.stop();
  }
}

function row(rounds) {
  const of = (read, digits = 1) => Number(median(rounds.map(read)).toFixed(digits));
  return {
    'first answer, empty cache, s': of((round) => round.coldMs / 1000, 2),
    'full, s': of((round) => round.warmMs / 1000, 2),
    '1 at a time, p50 ms': of((round) => round[1].p50),
    '8, /s': of((round) => round[8].throughput),
    '32, /s': of((round) => round[32].throughput),
    '32, p50 ms': of((round) => round[32].p50),
    'memory, MB': of((round) => round.pss / 1e6, 0),
  };
}
