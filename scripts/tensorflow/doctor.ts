import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addonPath, packageDirectory } from './addon.js';
import {
  addonsIn,
  cacheDirectory,
  librariesIn,
  readInstalled,
  requireFreeBytes,
  requireWritable,
} from './cache.js';
import { findExternal } from './external.js';
import { glibcVersion, thisHost } from './host.js';
import { linkedLibrary } from './link.js';
import { describeCache, describeSharp, findGpu, names } from './probes.js';
import { findPython } from './python.js';
import { type SelfTest, selfTest } from './self-test.js';
import { findCompiler, findHeaders } from './toolchain.js';
import { isSupportedNode, verdict } from './verdict.js';
import { neededBytes, planFor } from './wheels.js';

const [unknown] = process.argv.slice(2);
if (unknown !== undefined) {
  const isHelp = unknown === '--help' || unknown === '-h';
  const says = 'npm run doctor says what is there of TensorFlow and what is missing. It takes no arguments';
  console[isHelp ? 'log' : 'error'](isHelp ? `${says}.` : `${says}, but received ${unknown}.`);
  process.exit(isHelp ? 0 : 2);
}

/** A look at one thing: what was found, or why it was not. */
type Found<T> =
  { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: string };

/** Nothing may stop the doctor: whatever a look throws becomes the line that is shown. */
async function look<T>(at: () => T | Promise<T>): Promise<Found<T>> {
  try {
    return { value: await at() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** `undefined` stands for a thing that may well be absent. */
function row(name: string, good: boolean | undefined, text: string): void {
  const mark = good === undefined ? '-' : good ? '✓' : '✗';
  console.log(`${mark} ${name.padEnd(18)} ${text}`);
}

/** A thing that is missing is a fault only when it is needed; its remedy comes at the end, under `Next`. */
function rowOf<T>(name: string, found: Found<T>, text: (value: T) => string, needed = true): void {
  const good = found.error === undefined;
  const shown = found.error?.split(': ')[0] ?? text(found.value as T);
  row(name, good || (needed ? false : undefined), good || needed ? shown : `${shown}; not needed now`);
}

const { env } = process;
const node = process.versions.node;
row(
  'Node',
  isSupportedNode(node),
  isSupportedNode(node) ? node : `${node}: 20.19 or newer, 22 and 24 are supported`,
);

const plan = await look(() => planFor(thisHost(), { gpu: false, systemCuda: false }));
const target = `${process.platform}-${process.arch}`;
rowOf('platform', plan, () => `${target}${glibcVersion() === '' ? '' : `, glibc ${glibcVersion()}`}`);

const cache = await look(() => cacheDirectory(env));
const given = env.LIBTENSORFLOW_DIR;
const external = given ? await look(() => findExternal(given)) : undefined;
const home = await look(packageDirectory);
const linkedTo = home.value === undefined ? undefined : await linkedLibrary(home.value);
const linked = linkedTo === undefined ? undefined : await readInstalled(linkedTo);
const cached =
  cache.value === undefined || plan.value === undefined ? '' : join(librariesIn(cache.value), plan.value.id);
const hasLibrary =
  external !== undefined || linked !== undefined || (await readInstalled(cached)) !== undefined;
const placed = home.value !== undefined && existsSync(addonPath(home.value));
const hasAddon = placed || (cache.value !== undefined && (await names(addonsIn(cache.value))).length > 0);

const python = await look(() => findPython(env));
rowOf('python3', python, ({ path, version }) => `${version} (${path})`, !hasLibrary);
if (python.value) row('pip', true, python.value.pip);
const compiler = await look(() => findCompiler(env));
rowOf('C++ compiler', compiler, ({ path, version }) => `${path} ${version}`, !hasAddon);
const headers = await look(() => findHeaders(env));
rowOf('Node headers', headers, (path) => path, !hasAddon);

const writable = await look(async () => requireWritable(cacheDirectory(env)));
rowOf(
  'cache',
  writable.error === undefined ? await look(() => describeCache(cache.value ?? '')) : writable,
  String,
);
const room = await look(async () =>
  requireFreeBytes(cache.value ?? '/', plan.value ? neededBytes(plan.value) : 0),
);
if (!hasLibrary && writable.error === undefined) rowOf('disk', room, () => 'has room for TensorFlow');
row('LIBTENSORFLOW_DIR', external && external.error === undefined, external?.error ?? (given || 'not set'));

const test: SelfTest = placed
  ? await selfTest({ explainGpu: linked?.variant === 'gpu' })
  : { ok: false, reason: home.error ?? 'not installed' };
const name = linked?.variant === 'external' ? linked.version : (linked?.id ?? 'unknown build');
row('TensorFlow', test.ok, test.ok ? `${test.version} (${name}) loads, device ${test.device}` : test.reason);

const gpu = await look(() => findGpu(env));
row('NVIDIA', gpu.value?.runsCuda12, gpu.error ?? gpu.value?.text ?? 'no driver');
rowOf('sharp', await look(describeSharp), (text) => text);

const obstacles = [
  external ? external.error : plan.error,
  writable.error,
  hasAddon ? undefined : compiler.error,
  hasAddon ? undefined : headers.error,
  hasLibrary ? undefined : python.error,
  hasLibrary || writable.error !== undefined ? undefined : room.error,
].filter((sentence) => sentence !== undefined);

const { uses, next, exitCode } = verdict({
  node,
  packageInstalled: home.value !== undefined,
  linked: linked?.variant,
  selfTest: test,
  obstacles,
  usableGpu: gpu.value?.runsCuda12 === true && target === 'linux-x64',
});
console.log(`\nWould be used: ${uses}.`);
console.log(next === undefined ? 'Nothing needs doing.' : `Next: ${next}`);
process.exitCode = exitCode;
