import { closedLoop, openLoop } from './client.mjs';
import { memoryOf, processorTimes, processorUse } from './processes.mjs';
import { PATIENCE_MS } from './patience.mjs';
import { ServerProcess } from './server-process.mjs';

export const CONCURRENCIES = [1, 8, 32];
/** Of a server's capacity. */
export const SHARES = [0.5, 0.8, 1.0, 1.2];
/** In s, as those below: by then, compilers that work while a program runs have done most of it. */
const FIRST_WARM_UP = 5;
const WARM_UP = 0.5;
/** How long a fifth too much takes to grow to all that may wait: five times as long as one may wait. */
const OVERLOAD_WARM_UP = (5 * PATIENCE_MS) / 1000;

/**
 * One server in one round, from its start to its end.
 * @param task what prepare.mjs made of a server and a model
 * @param options `seconds` of each load, `seed`, and `capacity`: what the open loops are shares of, beside what this round says
 * @returns readiness, memory, and what the client said of each load
 */
export async function measureRound(task, { seconds, seed, open, capacities, signal, program, onStep }) {
  const server = await ServerProcess.start(await task.launch(), task.work);
  try {
    const readyMs = await server.firstAnswer(task.firstRequest, signal);
    const check = await task.prove((request) => server.ask(request));
    const target = { program, port: server.port, requests: task.requests, signal };
    await closedLoop(target, 8, { seconds: FIRST_WARM_UP, warmUp: 0 });
    const closed = {};
    for (const concurrency of CONCURRENCIES) {
      onStep(`${concurrency} at a time`);
      closed[concurrency] = await loaded(server, check, () =>
        closedLoop(target, concurrency, { seconds, warmUp: WARM_UP }),
      );
    }
    const memory = memoryOf(server.processes());
    const best = Math.max(...Object.values(closed).map(({ throughput }) => throughput));
    const capacity = median([...capacities, best]);
    const opened = {};
    for (const share of open ? SHARES : []) {
      onStep(`${share} of ${capacity.toFixed(0)}/s`);
      const load =
        share > 1
          ? { seconds: 2 * seconds, warmUp: OVERLOAD_WARM_UP, requests: task.hurriedRequests }
          : { seconds, warmUp: WARM_UP, requests: task.requests };
      const answer = await loaded(server, check, () =>
        openLoop({ ...target, requests: load.requests }, share * capacity, { ...load, seed }),
      );
      opened[share] = { ...answer, rate: share * capacity, ofCapacity: answer.throughput / capacity };
    }
    return { readyMs, closed, capacity: best, open: opened, memory };
  } finally {
    await server.stop();
  }
}

/** How long a server takes to its first answer, and no more. */
export async function measureStart(task, signal) {
  const server = await ServerProcess.start(await task.launch(), task.work);
  try {
    const readyMs = await server.firstAnswer(task.firstRequest, signal);
    await task.prove((request) => server.ask(request));
    return readyMs;
  } finally {
    await server.stop();
  }
}

/** One load, its answers checked, with what it took of the processor. */
async function loaded(server, check, load) {
  const before = processorTimes(server.processes());
  const { samples, ...result } = await load();
  const use = processorUse(before, processorTimes(server.processes()));
  check(samples);
  const pictures = Math.max(1, result.okInAll);
  const cpuMs = Object.fromEntries(Object.entries(use).map(([name, s]) => [name, (1000 * s) / pictures]));
  return { ...result, cpuMs };
}

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
