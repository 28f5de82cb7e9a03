import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Of a clock tick in /proc, which is 1/100 s on every Linux that Node runs on. */
const TICK_SECONDS = 0.01;

/**
 * Every living process of a server: those that carry the mark in their environment, and the descendants of these and of the one
 * that was started. (Some leave their parent, and some overwrite their environment with a title.)
 * @returns pids
 */
export function processesOf(root, mark) {
  const parents = new Map();
  const found = new Set();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!pid) continue;
    const stat = statOf(pid);
    if (stat === undefined || stat.state === 'Z') continue;
    parents.set(pid, stat.parent);
    if (pid === root || read(`/proc/${pid}/environ`).includes(mark)) found.add(pid);
  }
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** In bytes, summed. RSS counts what processes share once for each, PSS once in all. */
export function memoryOf(pids) {
  const sum = { rss: 0, pss: 0, processes: 0 };
  for (const pid of pids) {
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    const kilobytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
    sum.rss += 1024 * kilobytes('Rss');
    sum.pss += 1024 * kilobytes('Pss');
    if (rollup !== '') sum.processes++;
  }
  return sum;
}

/** @returns seconds of the processor by pid, with what to call each process */
export function processorTimes(pids) {
  const times = new Map();
  for (const pid of pids) {
    const stat = statOf(pid);
    if (stat) times.set(pid, { name: nameOf(pid), seconds: stat.seconds });
  }
  return times;
}

/** What each kind of process took between two looks, in seconds of the processor. */
export function processorUse(before, after) {
  const use = {};
  for (const [pid, { name, seconds }] of after) {
    use[name] = (use[name] ?? 0) + seconds - (before.get(pid)?.seconds ?? 0);
  }
  return use;
}

function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  // The name, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20) return undefined;
  const [state, parent] = [fields[0], Number(fields[1])];
  return {
    state,
    parent,
    startedAt: fields[19],
    seconds: TICK_SECONDS * (Number(fields[11]) + Number(fields[12])),
  };
}

/** Tells a process from a later one of the same number; `undefined` when it has ended. */
export function startOf(pid) {
  return statOf(pid)?.startedAt;
}

/** The script or program that an interpreter runs, the title that a process gave itself, or else the program. */
function nameOf(pid) {
  const [program = '?', ...others] = read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);
  const script = others.find((part) => /^[^-].*\.(m?js|py)$/.test(part));
  if (script !== undefined) return script.split('/').slice(-2).join('/');
  const name = basename(program.split(' ')[0].replace(/(?<=::\w+)[.:].*/, ''));
  const [command = '-'] = others;
  return name.startsWith('python') && !command.startsWith('-') ? basename(command) : name;
}

/** Nothing of a process that ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
