import { execFile } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './cache.mjs';
import { measureRound, measureStart } from './measure.mjs';
import { prepare, WrongAnswerError } from './prepare.mjs';
import { bareRates, makeReference } from './reference.mjs';
import { SERVERS } from './servers.mjs';

/**
 * Measures one model: in each round every server once, one after the other, in an order that rotates, so that whatever else
 * the machine does meets all of them alike; behind ours the limits without a server.
 * @param context what throughput.mjs has prepared
 * @returns the model's part of results.json
 */
export async function measureModel(model, context) {
  const { options, files, work, environments, signal, say } = context;
  setMaxListeners(0, signal);
  say(`${model.name}: what TensorFlow answers`);
  const reference = await makeReference(environments.frameworks, model, files, work, signal);
  const results = Object.fromEntries(options.servers.map((id) => [id, { rounds: [] }]));
  const tasks = {};
  for (const server of SERVERS.filter(({ id }) => options.servers.includes(id))) {
    const environment = environments[server.environment];
    if (server.environment !== undefined && environment === undefined) {
      results[server.id].failure = `Its Python environment could not be installed.`;
      continue;
    }
    tasks[server.id] = await prepare({ server, model, files: files.load, reference, work, environment });
  }
  const limits = { bare: [], ours: [] };
  const measureServers = async (ids, round) => {
    for (const id of ids) {
      if (results[id].failure !== undefined) continue;
      await measureServer({ id, round, model, task: tasks[id], result: results[id], context });
    }
  };
  for (let round = 0; round < options.rounds; round++) {
    const ids = rotated(Object.keys(tasks), round);
    // The limits come right behind ours, which is held against them: minutes later the machine may be another.
    const done = ids.indexOf('tensornest') + 1;
    await measureServers(ids.slice(0, done), round);
    await measureLimits(limits, round, model, context);
    await measureServers(ids.slice(done), round);
  }
  return { servers: results, limits };
}

/** What there is with no server, into `limits`. */
async function measureLimits(limits, round, model, { options, files, work, environments, signal, say }) {
  say(`${model.name}, round ${round + 1}: no server`);
  const seconds = Math.max(1, (model.times * options.seconds) / 2);
  const cache = join(work, 'limit-cache');
  limits.ours.push(await ourLimit(model, files.load, { seconds, cache, signal }));
  limits.bare.push(await bareRates(environments.frameworks, model, files.load, seconds, signal));
}

async function measureServer({ id, round, model, task, result, context }) {
  const { options, signal, program, say } = context;
  const ours = id === 'tensornest';
  const settings = {
    seconds: model.times * options.seconds,
    seed: 1 + round,
    // Goals hang on the open loops of ours; a peer's are measured in as many rounds as were asked for.
    open: ours || round < options.openRounds,
    capacities: result.rounds.map(({ capacity }) => capacity),
    signal,
    program,
    onStep: (step) => say(`${model.name}, round ${round + 1}: ${id}, ${step}`),
  };
  try {
    settings.onStep('starting');
    if (ours && round === 0) {
      // With its cache empty first; every later start finds what this one left.
      result.coldReadyMs = await measureStart(task, signal);
    }
    result.rounds.push(await measureRound(task, settings));
  } catch (error) {
    signal.throwIfAborted();
    // Ours must not fail, and nonsense from anybody must not pass for speed.
    if (ours || error instanceof WrongAnswerError)
      throw new Error(`${id}: ${error.message}`, { cause: error });
    result.failure = error.message;
    say(`${model.name}: ${id} is left out. ${error.message}`, true);
  }
}

async function ourLimit({ savedModel, scale }, files, { seconds, cache, signal }) {
  const parameters = [
    '--model',
    savedModel,
    '--scale',
    scale,
    '--seconds',
    String(seconds),
    '--cache',
    cache,
  ];
  const script = join(ROOT, 'bench/throughput/limit.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...parameters, ...files], {
    signal,
  });
  return JSON.parse(stdout);
}

function rotated(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
