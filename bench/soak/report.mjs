import { grouped, slopeOf } from './slope.mjs';

const HOUR = 3600;

/** Prints what a run came to, as Markdown. */
export function report({ tally, watch, trouble, seed }) {
  console.log(`\nSeed ${seed}; ${trouble.line()}.\n`);
  console.log('| callers | outcomes |\n| --- | --- |');
  for (const [kind, outcomes] of tally.counts) {
    const list = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    console.log(`| ${kind} | ${list} |`);
  }
  console.log(`\nPolite callers: ${tally.line()}.\n`);
  for (const fault of tally.firstFaults) console.log(fault);
  console.log(
    '| processes | figure | least | most | at the end | grows, an hour (95 %) |\n| --- | --- | --- | --- | --- | --- |',
  );
  for (const [role, samples] of grouped(watch.samples, (sample) => sample.role)) {
    row(role, 'RSS, MB', samples, (sample) => sample.rss / 1e6);
    row(role, 'file descriptors', samples, (sample) => sample.fds);
    row(role, 'threads', samples, (sample) => sample.threads);
  }
  row('server', 'handles', watch.handles, (sample) => sample.handles);
}

function row(role, figure, samples, read) {
  if (samples.length === 0) return;
  const values = samples.map(read);
  const slope = slopeOf(
    samples.map((sample) => ({ at: sample.at, pid: sample.pid ?? 0, value: read(sample) })),
  );
  const grows = slope
    ? `${(slope.slope * HOUR).toFixed(1)} ± ${(slope.plusMinus * HOUR).toFixed(1)}`
    : 'too short a run';
  const shown = [Math.min(...values), Math.max(...values), values.at(-1)].map((value) => value.toFixed(0));
  console.log(`| ${role} | ${figure} | ${shown.join(' | ')} | ${grows} |`);
}
