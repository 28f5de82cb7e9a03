import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutate, mutateSealed, seeded } from '../../src/saved-model/mutate.fixture.js';
import { bombs } from './bombs.js';
import type { FuzzAnswer, FuzzRequest } from './fuzz.child.js';

// Reads and rewrites thousands of wrong SavedModels in a process with 512 MB of heap. Each must be read or refused in one
// sentence within two seconds; a crash, a hang or another error ends with exit code 1 and the file kept in the temporary folder.
//   npm run fuzz -- [files] [seed]

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = [
  'saved_model.pb',
  'variables/variables.index',
  'variables/variables.data-00000-of-00001',
] as const;
const MODELS = ['models/shapes/1', 'models/denoise/1', ...(await fixtures())];
const FAILURES = join(tmpdir(), 'tensornest-fuzz-failures');
const LIMIT_MS = 2000;
/** Files of megabytes that ask for as much as is allowed. */
const BOMB_LIMIT_MS = 10_000;

const count = Number(process.argv[2] ?? 12_000);
const seed = Number(process.argv[3] ?? 1);
const random = seeded(seed);
const work = await mkdtemp(join(tmpdir(), 'tensornest-fuzz-'));
const tally = { read: 0, refused: 0, failed: 0, slowestMs: 0, peakRss: 0 };
const byFault = new Map<string, number>();
let child = start();
const started = performance.now();

try {
  for (let index = 0; index < count; index++) {
    const model = pick(MODELS);
    const file = pick(FILES);
    const original = await readFile(join(ROOT, model, file));
    const other = await readFile(join(ROOT, pick(MODELS), pick(FILES)));
    const sealed = file.endsWith('.index') && random() < 0.7;
    const bytes = sealed ? mutateSealed(original, random) : mutate(original, random, other);
    await tryOne(`${index}`, model, file, bytes, LIMIT_MS);
  }
  const peakMb = (tally.peakRss / 1e6).toFixed(0);
  console.log(`Peak memory of the reader before the bombs: ${peakMb} MB`);
  for (const [name, { file, bytes }] of Object.entries(bombs()))
    await tryOne(`bomb ${name}`, MODELS[0]!, file, bytes, BOMB_LIMIT_MS);
} finally {
  child.kill('SIGKILL');
  await rm(work, { recursive: true });
}
report();
process.exitCode = tally.failed > 0 ? 1 : 0;

async function tryOne(
  name: string,
  model: string,
  file: string,
  bytes: Buffer,
  limitMs: number,
): Promise<void> {
  const directory = join(work, model.replaceAll('/', '-'));
  await cp(join(ROOT, model), directory, { recursive: true });
  const began = performance.now();
  const answer = await ask({ directory, file, bytes }, limitMs);
  const took = performance.now() - began;
  if (limitMs === LIMIT_MS) tally.slowestMs = Math.max(tally.slowestMs, took);
  else
    console.log(
      `${name}: ${bytes.length} bytes, ${took.toFixed(0)} ms: ${answer.refusal ?? answer.crash ?? 'read'}`,
    );
  tally.peakRss = Math.max(tally.peakRss, answer.peakRss);
  if (answer.crash !== null) {
    tally.failed++;
    await mkdir(FAILURES, { recursive: true });
    const kept = join(FAILURES, `${seed}-${name}-${file.replaceAll('/', '-')}`);
    await writeFile(kept, bytes);
    console.error(`FAILED ${name}: ${model}/${file}, kept as ${kept}\n${answer.crash}`);
  } else if (answer.refusal === null) tally.read++;
  else {
    tally.refused++;
    const fault = answer.refusal
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, '…')
      .replaceAll(/\d+/g, 'n')
      .replace(/^The op .*/, 'The op …');
    byFault.set(fault, (byFault.get(fault) ?? 0) + 1);
  }
}

/** Asks the child; one that dies or hangs is replaced. */
async function ask(request: FuzzRequest, limitMs: number): Promise<FuzzAnswer> {
  const asked = child;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    asked.send(request);
    const signal = limit.signal;
    const answered = once(asked, 'message', { signal });
    const died = once(asked, 'exit', { signal });
    died.catch(() => {}); // When the answer came first.
    answered.catch(() => {});
    const [answer] = (await Promise.race([answered, died.then(() => [dead('It ended.')])])) as [FuzzAnswer];
    if (answer.crash === 'It ended.') child = start();
    return answer;
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    asked.kill('SIGKILL');
    child = start();
    return dead(`It took longer than ${limitMs} ms.`);
  } finally {
    clearTimeout(timer);
    limit.abort(); // Takes the listeners away.
  }
}

function dead(crash: string): FuzzAnswer {
  return { refusal: null, crash, peakRss: 0 };
}

function start(): ChildProcess {
  return fork(fileURLToPath(new URL('fuzz.child.ts', import.meta.url)), {
    execArgv: [...process.execArgv, '--max-old-space-size=512'],
    serialization: 'advanced',
  });
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

async function fixtures(): Promise<string[]> {
  const models = ['test/fixtures/models', 'test/fixtures/graphs'].map(async (folder) => {
    const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}/1`);
    // A graph of TensorFlow 1 without variables has no files of them.
    return names.filter((directory) => existsSync(join(ROOT, directory, FILES[1]))).toSorted();
  });
  return (await Promise.all(models)).flat();
}

function report(): void {
  for (const [fault, times] of [...byFault].toSorted((a, b) => b[1] - a[1]).slice(0, 40))
    console.log(`${times}  ${fault}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${count} files and ${Object.keys(bombs()).length} bombs, seed ${seed}: ${tally.read} read, ${tally.refused} refused, ` +
      `${tally.failed} failed; ${seconds.toFixed(0)} s, slowest ${tally.slowestMs.toFixed(0)} ms, ` +
      `peak memory of the reader ${(tally.peakRss / 1e6).toFixed(0)} MB`,
  );
}
