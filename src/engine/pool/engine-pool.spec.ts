import { EngineError, type EngineInfo, type LoadedModel, type NamedTensors } from '../engine.js';
import { EnginePool, type PooledEngine } from './engine-pool.js';

const OPTIONS = { allowOps: [], optimise: true, cacheDirectory: '' };
const NOTHING: NamedTensors = {};
const crash = () => new EngineError('crashed', 'The engine process ended (SIGKILL).');
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An engine whose runs end when the test says so, and what it was asked. */
class Engine implements PooledEngine {
  onLost: (model: string, reason: string) => void = () => {};
  readonly runsAtOnce = 2;
  isInService = true;
  isServing = true;
  readonly asked: string[] = [];
  readonly runs: { answer: () => void; fail: (error: Error) => void }[] = [];
  loading: Promise<void> = Promise.resolve();
  resident: number | undefined = 100;

  constructor(readonly name: string) {}

  async info(): Promise<EngineInfo> {
    return { runtime: 'fake', version: '0', device: 'gpu:0' };
  }

  async load(model: string): Promise<LoadedModel> {
    this.asked.push(`load ${model}`);
    await this.loading;
    const graph = { optimised: true } as const;
    return {
      signatures: {},
      rows: {},
      refused: {},
      declared: {},
      device: 'gpu:0',
      memoryBytes: 7,
      graph,
      warnings: [],
      stateful: [],
    };
  }

  runOnce(): Promise<NamedTensors> {
    return new Promise((resolve, reject) => {
      this.runs.push({
        answer: () => resolve({ [this.name]: { dtype: 'float32', shape: [0], data: new Float32Array() } }),
        fail: reject,
      });
    });
  }

  async warmUp(model: string): Promise<NamedTensors> {
    this.asked.push(`warm up ${model}`);
    return NOTHING;
  }

  async unload(model: string): Promise<void> {
    this.asked.push(`unload ${model}`);
  }

  async residentBytes(): Promise<number | undefined> {
    return this.resident;
  }

  async close(): Promise<void> {
    this.asked.push('close');
  }
}

function pool() {
  const one = new Engine('one');
  const two = new Engine('two');
  const made = new EnginePool([
    { engine: one, gpu: '0' },
    { engine: two, gpu: '3' },
  ]);
  const lost: string[] = [];
  made.onLost = (model, reason) => lost.push(`${model}: ${reason}`);
  const run = () => made.run('m', 's', NOTHING).then((outputs) => Object.keys(outputs)[0]);
  return { one, two, pool: made, lost, run };
}

describe('several engines as one', () => {
  it('have every model, and warm it up', async () => {
    const { one, two, pool: engines } = pool();
    expect(engines.runsAtOnce).toBe(4);
    expect(await engines.load('m', '', OPTIONS)).toMatchObject({ device: 'gpu:0, gpu:3', memoryBytes: 14 });
    await engines.warmUp('m', 's', NOTHING);
    await engines.unload('m');
    await engines.close();
    for (const engine of [one, two])
      expect(engine.asked).toEqual(['load m', 'warm up m', 'unload m', 'close']);
  });

  it('are told apart by the GPUs that they have', async () => {
    expect(await pool().pool.info()).toEqual({
      runtime: 'fake',
      version: '0',
      device: 'gpu:0, gpu:3',
    });
  });

  it('load a model first in one, whose work the others then find done', async () => {
    const { one, two, pool: engines } = pool();
    let end = (): void => {};
    one.loading = new Promise((resolve) => (end = resolve));
    const loaded = engines.load('m', '', OPTIONS);
    await settle();
    expect(two.asked).toEqual([]);
    end();
    await loaded;
    expect(two.asked).toEqual(['load m']);
  });

  it('hold nothing of a model that one of them cannot load', async () => {
    const { one, two, pool: engines } = pool();
    two.loading = Promise.reject(new EngineError('load', 'No memory.'));
    await expect(engines.load('m', '', OPTIONS)).rejects.toThrow('No memory.');
    expect(one.asked).toEqual(['load m', 'unload m']);
  });

  it('share the runs', async () => {
    const { one, two, run } = pool();
    const answers = [run(), run(), run()];
    expect([one.runs.length, two.runs.length]).toEqual([2, 1]);
    two.runs[0]!.answer();
    await settle();
    answers.push(run());
    expect([one.runs.length, two.runs.length]).toEqual([2, 2]);
    for (const { answer } of [...one.runs, ...two.runs]) answer();
    expect(await Promise.all(answers)).toEqual(['one', 'two', 'one', 'two']);
  });

  it('try a run of one that crashed in another', async () => {
    const { one, two, run } = pool();
    const answer = run();
    one.isInService = false;
    one.runs[0]!.fail(crash());
    await settle();
    two.runs[0]!.answer();
    expect(await answer).toBe('two');
  });

  it('try it once, and one that the model refused not again', async () => {
    const { one, two, run } = pool();
    const crashes = run();
    one.isInService = false;
    one.runs[0]!.fail(crash());
    await settle();
    two.runs[0]!.fail(crash());
    await expect(crashes).rejects.toThrow('SIGKILL');
    const refused = run();
    two.runs[1]!.fail(new EngineError('run', 'Bad input.'));
    await expect(refused).rejects.toThrow('Bad input.');
    expect([one.runs.length, two.runs.length]).toEqual([1, 2]);
  });

  it('hold nothing but a suspicion against a run that a crash ended where no process came to try it in', async () => {
    const { one, two, pool: engines } = pool();
    const told: string[] = [];
    const suspect = {
      beforeSecondTry: () => {},
      convict: () => told.push('convicted'),
      suspect: () => told.push('suspected'),
    };
    const answer = engines.run('m', 's', NOTHING, { suspect });
    one.isInService = false;
    one.runs[0]!.fail(crash());
    await settle();
    two.runs[0]!.fail(new EngineError('away', 'No process is in service.', { retryAfter: 12 }));
    await expect(answer).rejects.toMatchObject({ kind: 'away', retryAfter: 12 });
    expect(told).toEqual(['suspected']);
    const again = engines.run('m', 's', NOTHING, { only: 'second', suspect });
    await settle();
    two.runs[1]!.fail(crash());
    await expect(again).rejects.toThrow('SIGKILL');
    expect(told).toEqual(['suspected', 'convicted']);
  });

  it('try those that a crash ended one after the other, and begin nothing else meanwhile', async () => {
    const { one, two, run } = pool();
    const answers = [run(), run(), run()];
    for (const { fail } of [...one.runs, ...two.runs]) fail(crash());
    await settle();
    answers.push(run());
    await settle();
    const begun = () => one.runs.length + two.runs.length - 3;
    for (const expected of [1, 2, 3, 4]) {
      expect(begun()).toBe(expected);
      for (const { answer } of [...one.runs, ...two.runs]) answer();
      await settle();
    }
    expect(await Promise.all(answers)).toHaveLength(4);
  });

  it('all give up a model that one of them lost, and say so once', async () => {
    const { one, two, pool: engines, lost } = pool();
    await engines.load('m', '', OPTIONS);
    two.onLost('m', 'Its files are gone.');
    one.onLost('m', 'Its files are gone.');
    await settle();
    expect(lost).toEqual(['m: Its files are gone.']);
    expect(one.asked).toEqual(['load m', 'unload m']);
  });

  it('do not come to hold a model that one lost while another loaded it', async () => {
    const { one, two, pool: engines, lost } = pool();
    let end = (): void => {};
    two.loading = new Promise((resolve) => (end = resolve));
    const loaded = engines.load('m', '', OPTIONS);
    await settle();
    one.onLost('m', 'Its files are gone.');
    end();
    await expect(loaded).rejects.toThrow('Its files are gone.');
    expect(lost).toEqual([]);
  });

  it('take what they take together, as far as it is known', async () => {
    const { one, two, pool: engines } = pool();
    expect(await engines.residentBytes()).toBe(200);
    one.resident = undefined;
    expect(await engines.residentBytes()).toBe(100);
    two.resident = undefined;
    expect(await engines.residentBytes()).toBeUndefined();
  });
});
