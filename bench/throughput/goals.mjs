/** What the server sets out to reach, by model: shares of the best peer's throughput, and of the limit. */
const THROUGHPUT = {
  MobileNetV2: { ofBestPeer: 1.5, ofLimit: 0.95 },
  ResNet50: { ofBestPeer: 1.1, ofLimit: 0.97 },
};
const LATENCY_OF_BEST_PEER = 0.75;
const MS_OVER_LIMIT = 1;
const P99_OF_P50 = 3;
const OVERLOADED_OF_CAPACITY = 0.95;
const REFUSED_WITHIN_MS = 50;
const READY_MS = { MobileNetV2: 3000 };

/**
 * @param model a model's part of the summary
 * @param peer the best of the peers, or `undefined` if none was measured
 * @returns `{ goal, measured, met }` of each, in words; `met` is undefined where it cannot be told
 */
export function goalsOf({ name, servers, limits }, peer) {
  const ours = servers.find(({ id }) => id === 'tensornest');
  if (ours === undefined || ours.failure !== undefined) return [];
  return [
    ...throughputGoals(name, ours, limits, peer),
    ...latencyGoals(ours, limits, peer),
    ...loadGoals(ours),
    ...ownGoals(name, ours, peer),
  ];
}

function throughputGoals(name, ours, { limit }, peer) {
  const { ofBestPeer, ofLimit } = THROUGHPUT[name];
  const rate = ours.throughput[32].median;
  const goals = [
    {
      goal: `32 at a time: at least ${percent(ofLimit)} of the limit`,
      measured: `${percent(rate / limit.median)} (${rate.toFixed(1)} of ${limit.median.toFixed(1)} pictures/s)`,
      met: rate >= ofLimit * limit.median,
    },
  ];
  if (peer === undefined) return goals;
  const { value, title } = peer.throughput[32];
  return [
    {
      goal: `32 at a time: at least ${ofBestPeer} × the best peer`,
      measured: `${(rate / value).toFixed(2)} × ${title} (${rate.toFixed(1)} to ${value.toFixed(1)} pictures/s)`,
      met: rate >= ofBestPeer * value,
    },
    ...goals,
  ];
}

function latencyGoals(ours, { oneAtATimeMs }, peer) {
  const p50 = ours.p50[1].median;
  const over = p50 - oneAtATimeMs.median;
  const goals = [
    {
      goal: `1 at a time: p50 at most ${MS_OVER_LIMIT} ms over decoding and engine`,
      measured: `${over.toFixed(2)} ms over (${p50.toFixed(2)} to ${oneAtATimeMs.median.toFixed(2)} ms)`,
      met: over <= MS_OVER_LIMIT,
    },
  ];
  if (peer === undefined) return goals;
  return [
    {
      goal: `1 at a time: p50 at most ${LATENCY_OF_BEST_PEER} × the best peer's`,
      measured: `${(p50 / peer.p50.value).toFixed(2)} × ${peer.p50.title}'s (${p50.toFixed(1)} to ${peer.p50.value.toFixed(1)} ms)`,
      met: p50 <= LATENCY_OF_BEST_PEER * peer.p50.value,
    },
    ...goals,
  ];
}

function loadGoals({ open }) {
  const [busy, over] = [open[0.8], open[1.2]];
  const [p50, p99] = [busy.p50?.median, busy.p99?.median];
  const refused = over.refusedP99;
  return [
    {
      goal: `at 80 % of capacity: p99 at most ${P99_OF_P50} × p50`,
      measured: `${(p99 / p50).toFixed(2)} × (${p99?.toFixed(1)} to ${p50?.toFixed(1)} ms)`,
      met: p99 <= P99_OF_P50 * p50,
    },
    {
      goal: `at 120 %: at least ${percent(OVERLOADED_OF_CAPACITY)} of capacity is answered`,
      measured: percent(over.ofCapacity.median),
      met: over.ofCapacity.median >= OVERLOADED_OF_CAPACITY,
    },
    {
      goal: `at 120 %: the rest is refused with 503 within ${REFUSED_WITHIN_MS} ms`,
      measured:
        refused === undefined
          ? `nothing was refused; the answers took up to ${over.max?.median.toFixed(0)} ms`
          : `${percent(over.refused.median)} refused, p99 of that ${refused.median.toFixed(1)} ms, most ${over.refusedMax.most.toFixed(1)} ms`,
      met: refused !== undefined && refused.median <= REFUSED_WITHIN_MS && over.failed === 0,
    },
  ];
}

function ownGoals(name, ours, peer) {
  const goals = [];
  if (peer !== undefined) {
    goals.push({
      goal: "resident memory of all processes below every peer's",
      measured: `${megabytes(ours.rss.median)} MB, the least of the peers ${megabytes(peer.rss.value)} MB (${peer.rss.title}); shared pages once: ${megabytes(ours.pss.median)} and ${megabytes(peer.pss.value)} MB (${peer.pss.title})`,
      met: ours.rss.median < peer.rss.value && ours.pss.median < peer.pss.value,
    });
  }
  if (READY_MS[name] !== undefined) {
    goals.push({
      goal: `first answer less than ${READY_MS[name] / 1000} s after the start`,
      measured: `${(ours.readyMs.median / 1000).toFixed(2)} s; ${(ours.coldReadyMs / 1000).toFixed(2)} s the first time, with an empty cache`,
      met: ours.readyMs.median < READY_MS[name],
    });
  }
  return goals;
}

function percent(share) {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
