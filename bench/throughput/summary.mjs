import { goalsOf } from './goals.mjs';
import { CONCURRENCIES, median, SHARES } from './measure.mjs';

/** @returns the median of a list with its ends, or `undefined` of nothing */
export function spread(list) {
  const known = list.filter((value) => Number.isFinite(value));
  if (known.length === 0) return undefined;
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}

/**
 * The rounds as medians, with what follows from them.
 * @returns by model: `servers`, in the order that they were listed; `limits`; `bestPeer`, the throughput, latency, memory that
 *   ours is held against; `goals`
 */
export function summarise({ models }, known) {
  return Object.entries(models).map(([name, { servers, limits }]) => {
    const list = known
      .filter(({ id }) => servers[id] !== undefined)
      .map(({ id, title, note, packages }) => ({ id, title, note, packages, ...serverOf(servers[id]) }));
    const model = { name, servers: list, limits: limitsOf(limits) };
    return { ...model, bestPeer: bestPeerOf(list), goals: goalsOf(model, bestPeerOf(list)) };
  });
}

function serverOf({ rounds, failure, coldReadyMs }) {
  if (failure !== undefined || rounds.length === 0) return { failure };
  const over = (read) => spread(rounds.map(read));
  const byConcurrency = (read) =>
    Object.fromEntries(CONCURRENCIES.map((many) => [many, over(({ closed }) => read(closed[many]))]));
  return {
    throughput: byConcurrency(({ throughput }) => throughput),
    p50: byConcurrency(({ ok }) => ok?.p50),
    p99: byConcurrency(({ ok }) => ok?.p99),
    failed: rounds
      .flatMap(({ closed }) => Object.values(closed))
      .reduce((sum, load) => sum + failures(load), 0),
    capacity: over(({ capacity }) => capacity),
    open: openOf(rounds.filter(({ open }) => open[SHARES[0]] !== undefined)),
    rss: over(({ memory }) => memory.rss),
    pss: over(({ memory }) => memory.pss),
    processes: over(({ memory }) => memory.processes),
    readyMs: over(({ readyMs }) => readyMs),
    coldReadyMs,
    cpuMs: cpuOf(rounds.map(({ closed }) => closed[32].cpuMs)),
    clientMs: over(({ closed }) => (1000 * closed[32].cpuSeconds) / Math.max(1, closed[32].okInAll)),
  };
}

/** Answers of neither 200 nor 503, and requests without one. */
function failures({ statuses, errors, unanswered }) {
  const strange = Object.entries(statuses).filter(([status]) => status !== '200' && status !== '503');
  return errors + unanswered + strange.reduce((sum, [, count]) => sum + count, 0);
}

function openOf(rounds) {
  if (rounds.length === 0) return undefined;
  return Object.fromEntries(
    SHARES.map((share) => {
      const over = (read) => spread(rounds.map(({ open }) => read(open[share])));
      const answer = {
        rate: over(({ rate }) => rate),
        ofCapacity: over(({ ofCapacity }) => ofCapacity),
        p50: over(({ ok }) => ok?.p50),
        p99: over(({ ok }) => ok?.p99),
        max: over(({ ok }) => ok?.max),
        refused: over(
          ({ refused, ok }) => (refused?.count ?? 0) / ((refused?.count ?? 0) + (ok?.count ?? 0)),
        ),
        refusedP50: over(({ refused }) => refused?.p50),
        refusedP99: over(({ refused }) => refused?.p99),
        refusedMax: over(({ refused }) => refused?.max),
        failed: rounds.reduce((sum, { open }) => sum + failures(open[share]), 0),
        rounds: rounds.length,
      };
      return [share, answer];
    }),
  );
}

/** By kind of process, of the median round each; the total is that of the rounds. */
function cpuOf(rounds) {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))];
  const byProcess = names
    .map((name) => [name, median(rounds.map((round) => round[name] ?? 0))])
    .filter(([, ms]) => ms >= 0.005)
    .toSorted(([, a], [, b]) => b - a);
  return {
    total: spread(rounds.map((round) => Object.values(round).reduce((sum, ms) => sum + ms, 0))),
    byProcess: Object.fromEntries(byProcess),
  };
}

function limitsOf({ bare, ours }) {
  const byBatch = (rounds, read) =>
    Object.fromEntries(
      Object.keys(read(rounds[0])).map((batch) => [batch, spread(rounds.map((r) => read(r)[batch]))]),
    );
  return {
    bareEngine: byBatch(bare, ({ engine }) => engine),
    bareDecoding: byBatch(bare, ({ decoding }) => decoding),
    decoding: spread(ours.map(({ decoding }) => decoding)),
    engine: byBatch(ours, ({ engine }) => engine),
    limit: spread(ours.map(({ limit }) => limit)),
    pipeline: spread(ours.map(({ pipeline }) => pipeline)),
    oneAtATimeMs: spread(ours.map(({ oneAtATimeMs }) => oneAtATimeMs)),
    graph: ours[0].graph,
  };
}

/** Of each number the best that any peer has, with whose it is; a peer that failed has none. */
function bestPeerOf(list) {
  const peers = list.filter(({ id, failure }) => id !== 'tensornest' && failure === undefined);
  if (peers.length === 0) return undefined;
  const best = (read, better) => {
    const [first] = peers.toSorted((a, b) => better * (read(b) - read(a)));
    return { value: read(first), title: first.title };
  };
  return {
    throughput: Object.fromEntries(
      CONCURRENCIES.map((many) => [many, best(({ throughput }) => throughput[many].median, 1)]),
    ),
    p50: best(({ p50 }) => p50[1]?.median ?? Infinity, -1),
    rss: best(({ rss }) => rss.median, -1),
    pss: best(({ pss }) => pss.median, -1),
  };
}
