import { once, EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { NamedTensors } from '../../src/engine/engine.js';
import type { SupervisedEngine } from '../../src/engine/host/supervised-engine.js';
import type { HandOver, SupervisedEngineOptions } from '../../src/engine/host/supervised-engine-options.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Whatever the host takes is growth, and no time has to pass: every unload is followed by a hand-over. */
const ALWAYS = { share: -1, leastBytes: -1e12, leastMs: 0 };
const x = { name: 'x', dtype: 'float32', shape: [null] };
const SIGNATURES = { serving_default: { inputs: [x], outputs: [{ ...x, name: 'y' }] } };

const floats = (...numbers: number[]): NamedTensors => ({
  x: { dtype: 'float32', shape: [numbers.length], data: Float32Array.from(numbers) },
});

/** The engine of the built program, which starts the built host, and what it told. */
class Watched {
  readonly crashes: string[] = [];
  readonly failures: string[] = [];
  readonly output: string[] = [];
  readonly restarts: (number | undefined)[] = [];
  readonly handOvers: HandOver[] = [];
  readonly events = new EventEmitter();
  engine!: SupervisedEngine;

  static async start(options: Partial<SupervisedEngineOptions> = {}): Promise<Watched> {
    const url = pathToFileURL(join(ROOT, 'dist/engine/host/supervised-engine.js')).href;
    const built = (await import(url)) as { SupervisedEngine: typeof SupervisedEngine };
    const watched = new Watched();
    watched.engine = new built.SupervisedEngine({
      runtime: 'fake',
      runTimeoutMs: 20_000,
      loadTimeoutMs: 60_000,
      onOutput: (line) => watched.output.push(line),
      onCrash: (reason) => watched.crashes.push(reason),
      onRestart: (pid) => watched.restarts.push(pid),
      onHandOver: (handOver) => {
        watched.handOvers.push(handOver);
        watched.events.emit('handOver');
      },
      onHandOverFailed: (reason) => {
        watched.failures.push(reason);
        watched.events.emit('failure');
      },
      handOvers: ALWAYS,
      ...options,
    });
    return watched;
  }

  load(model: string, directory: string, cacheDirectory = '') {
    return this.engine.load(model, directory, { allowOps: [], optimise: true, cacheDirectory });
  }

  /** What the model answers to a number. */
  async ask(model: string, number: number): Promise<number> {
    const { y } = await this.engine.run(model, 'serving_default', floats(number));
    return Number(y!.data[0]);
  }
}

/** The children of this process. */
async function hosts(): Promise<number[]> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}.`);
    await sleep(5);
  }
}

/** Clients that ask a model for one number after the other, four at a time. */
class Traffic {
  private readonly open = new Map<string, number>();
  private readonly clients: Promise<unknown>;
  private asked = 0;
  private stopped = false;

  constructor(
    private readonly watched: Watched,
    private model: string,
    private readonly answer: (asked: number) => number,
  ) {
    this.clients = Promise.all(Array.from({ length: 4 }, () => this.ask()));
    this.clients.catch(() => {}); // `stop` tells.
  }

  /** Asks another model from now on; resolves when nobody waits for the one before. */
  async turnTo(model: string): Promise<void> {
    const before = this.model;
    this.model = model;
    await until(() => !this.open.get(before), `nobody waits for ${before}`);
  }

  /** How many answers there were; rejects if one was wrong or missing. */
  async stop(): Promise<number> {
    this.stopped = true;
    await this.clients;
    return this.asked;
  }

  private async ask(): Promise<void> {
    while (!this.stopped) {
      const [model, number] = [this.model, this.asked++];
      this.count(model, 1);
      try {
        const answer = await this.watched.ask(model, number);
        if (answer !== this.answer(number)) throw new Error(`${number} was answered with ${answer}.`);
      } finally {
        this.count(model, -1);
      }
    }
  }

  private count(model: string, change: number): void {
    this.open.set(model, (this.open.get(model) ?? 0) + change);
  }
}

describe('when the memory of the engine process has grown', () => {
  let directory: string;
  let watched: Watched;
  const fake = (behaviour: object = {}): Promise<void> =>
    writeFile(join(directory, 'fake.json'), JSON.stringify({ signatures: SIGNATURES, ...behaviour }));
  /** Two models, one of which is unloaded so that a hand-over begins; another process is there when it resolves. */
  const beginHandOver = async (behaviour: object): Promise<{ old: number; next: number }> => {
    await watched.load('kept', directory);
    await watched.load('gone', directory);
    const [old] = await hosts();
    await fake(behaviour);
    await watched.engine.unload('gone');
    await until(async () => (await hosts()).length === 2, 'there are two processes');
    const next = (await hosts()).find((pid) => pid !== old);
    return { old: old!, next: next! };
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tensornest-hand-over-'));
    await fake();
  });
  afterEach(async () => {
    await watched.engine.close();
    expect(await hosts()).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('another takes its place while it is asked, and every run is answered; 30 leaking reloads leave no more than a few', async () => {
    await fake({ leakBytes: 20e6, runMs: 1 });
    watched = await Watched.start({ handOvers: { leastMs: 0 } });
    await watched.load('0', directory);
    const traffic = new Traffic(watched, '0', (number) => number);
    const sizes: number[] = [];
    for (let version = 1; version <= 30; version++) {
      await watched.load(String(version), directory);
      await traffic.turnTo(String(version));
      await watched.engine.unload(String(version - 1));
      sizes.push((await watched.engine.residentBytes())!);
    }
    expect(await traffic.stop()).toBeGreaterThan(100);
    expect(watched.handOvers.length).toBeGreaterThan(5);
    for (const { beforeBytes, afterBytes } of watched.handOvers) expect(afterBytes).toBeLessThan(beforeBytes);
    expect(Math.max(...sizes)).toBeLessThan(sizes[0]! + 10 * 20e6); // 30 loads leak 600 MB.
    expect([watched.crashes, watched.failures]).toEqual([[], []]);
  });

  it('the one before finishes what is in flight, and ends', async () => {
    await fake({ runMs: 1_500 });
    watched = await Watched.start();
    await watched.load('kept', directory);
    await watched.load('gone', directory);
    const [old] = await hosts();
    await fake();
    const slow = watched.ask('kept', 5);
    await watched.engine.unload('gone');
    await once(watched.events, 'handOver');
    expect(await watched.ask('kept', 6)).toBe(6); // At once, by the new one.
    expect(await hosts()).toContain(old);
    expect(await slow).toBe(5);
    await until(async () => !(await hosts()).includes(old!), 'the old process has ended');
    expect(await hosts()).toEqual([watched.handOvers[0]!.pid]);
    expect(watched.crashes).toEqual([]);
  });

  it('a load and an unload that come meanwhile are done once, in the new one', async () => {
    watched = await Watched.start();
    await beginHandOver({ loadMs: 300 });
    const loaded = watched.load('late', directory);
    const unloaded = watched.engine.unload('kept');
    expect(watched.handOvers).toEqual([]);
    await loaded;
    expect(watched.handOvers).toHaveLength(1);
    await unloaded;
    expect(await watched.ask('late', 3)).toBe(3);
    await expect(watched.ask('kept', 3)).rejects.toThrow('There is no model kept.');
    expect(watched.failures).toEqual([]);
  });

  it('warm-ups are run in the next one before it takes over, and it takes over even if they fail', async () => {
    watched = await Watched.start();
    await watched.load('kept', directory);
    const outputs = await watched.engine.warmUp('kept', 'serving_default', floats(13));
    expect([...(outputs.y!.data as Float32Array)]).toEqual([13]);
    await watched.load('gone', directory);
    await fake({ on: { 13: 'fail' } });
    await watched.engine.unload('gone');
    await once(watched.events, 'handOver');
    expect(watched.output).toEqual([
      'A warm-up of kept failed in the next engine process: The fake model was told to fail.',
    ]);
    expect(await watched.ask('kept', 2)).toBe(2);
    // A host that takes the place of one that crashed is warmed up too.
    process.kill(watched.handOvers[0]!.pid!, 'SIGKILL');
    await until(() => watched.restarts.length === 1, 'another is in service');
    expect(watched.output).toHaveLength(2);
  });

  it('it stays in service if the next cannot load a model, and is replaced later', async () => {
    watched = await Watched.start({ handOvers: { ...ALWAYS, leastMs: 100 } });
    await watched.load('kept', directory);
    await watched.load('gone', directory);
    await rm(join(directory, 'fake.json'));
    await watched.engine.unload('gone');
    await once(watched.events, 'failure');
    expect(watched.failures[0]).toMatch(/^Another cannot load kept: There is no usable fake\.json/);
    expect(await watched.ask('kept', 4)).toBe(4);
    expect(watched.crashes).toEqual([]);
    await fake();
    await once(watched.events, 'handOver');
    expect(await watched.ask('kept', 4)).toBe(4);
  });

  it('it stays in service if the next dies while it loads', async () => {
    watched = await Watched.start({ handOvers: { ...ALWAYS, leastMs: 1 } });
    await sleep(2);
    const { old, next } = await beginHandOver({ loadMs: 2_000 });
    process.kill(next, 'SIGKILL');
    await once(watched.events, 'failure');
    expect(watched.failures).toEqual(['The engine process ended (SIGKILL).']);
    expect(await watched.ask('kept', 4)).toBe(4);
    expect(await hosts()).toContain(old);
    expect(watched.crashes).toEqual([]);
  });

  it('if it dies meanwhile, the next answers as soon as it holds the models, and no third is started', async () => {
    watched = await Watched.start();
    const { old, next } = await beginHandOver({ loadMs: 500 });
    process.kill(old, 'SIGKILL');
    await until(() => watched.crashes.length === 1, 'the crash is seen');
    expect(await watched.ask('kept', 4)).toBe(4);
    expect(watched.restarts).toEqual([next]);
    expect(await hosts()).toEqual([next]);
    process.kill(next, 'SIGKILL');
    expect(await watched.ask('kept', 5)).toBe(5);
    expect(watched.crashes).toHaveLength(2);
  });

  it('if both die, a third takes their place', async () => {
    watched = await Watched.start();
    const { old, next } = await beginHandOver({ loadMs: 500 });
    process.kill(old, 'SIGKILL');
    process.kill(next, 'SIGKILL');
    expect(await watched.ask('kept', 4)).toBe(4);
    expect(watched.crashes).toHaveLength(1);
    expect(watched.failures).toHaveLength(1);
    expect(await hosts()).not.toContain(next);
  });

  it('close ends both, in the middle of a hand-over, and rejects what waits', async () => {
    watched = await Watched.start();
    await beginHandOver({ loadMs: 5_000 });
    const waiting = watched.load('late', directory);
    const closed = watched.engine.close();
    await expect(waiting).rejects.toThrow('The engine is closed.');
    await closed;
    expect(await hosts()).toEqual([]);
    expect([watched.crashes, watched.failures]).toEqual([[], []]);
  });

  it('of TensorFlow: 50 reloads of two models with hand-overs between them, and not one run fails', async () => {
    watched = await Watched.start({ runtime: 'tensorflow', handOvers: { ...ALWAYS, leastMs: 4_000 } });
    const halfPlusTwo = join(ROOT, 'test/fixtures/models/half_plus_two/1');
    const shapes = join(ROOT, 'models/shapes/1');
    const cache = join(directory, 'cache');
    await watched.load('numbers-0', halfPlusTwo, cache);
    await watched.load('shapes-0', shapes, cache);
    const traffic = new Traffic(watched, 'numbers-0', (number) => Math.fround(number / 2 + 2));
    for (let version = 1; version <= 50; version++) {
      await watched.load(`numbers-${version}`, halfPlusTwo, cache);
      await watched.load(`shapes-${version}`, shapes, cache);
      await traffic.turnTo(`numbers-${version}`);
      await watched.engine.unload(`numbers-${version - 1}`);
      await watched.engine.unload(`shapes-${version - 1}`);
    }
    expect(await traffic.stop()).toBeGreaterThan(100);
    expect(watched.handOvers.length).toBeGreaterThan(0);
    expect([watched.crashes, watched.failures]).toEqual([[], []]);
  }, 180_000);
});
