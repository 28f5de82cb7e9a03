import { EngineError } from '../engine/engine.js';
import { EchoEngine, floats, ManualBatching, OPTIONS, RULES, settle } from './cluster.fixture.js';
import { HeldByWorker } from './held-by-worker.js';
import { SharedModels } from './shared-models.js';

const BATCHED = { name: 'm', signatures: {}, rows: {}, stateful: [], rules: RULES };

function workers() {
  const engine = new EchoEngine();
  const batching = new ManualBatching();
  const models = new SharedModels(engine, batching);
  const lost: string[] = [];
  const [one, two] = ['one', 'two'].map(
    (worker) =>
      new HeldByWorker(models, batching, (model, reason) => lost.push(`${worker} ${model}: ${reason}`)),
  ) as [HeldByWorker, HeldByWorker];
  return { engine, batching, models, lost, one, two };
}

describe('a version that two workers load', () => {
  it('is loaded once, and unloaded when the last one does not need it', async () => {
    const { engine, one, two } = workers();
    await Promise.all([one.load('m/1#1', '/m/1', OPTIONS), two.load('m/1#1', '/m/1', OPTIONS)]);
    expect(engine.asked).toEqual(['load m/1#1.1']);
    await one.unload('m/1#1');
    expect(engine.asked).toEqual(['load m/1#1.1']);
    await two.unload('m/1#1');
    expect(engine.asked).toEqual(['load m/1#1.1', 'unload m/1#1.1']);
  });

  it('is the same by its directory and options, whatever each worker calls it', async () => {
    const { engine, one, two } = workers();
    await one.load('m/1#1', '/m/1', OPTIONS);
    await two.load('m/1#7', '/m/1', OPTIONS);
    await two.load('m/1#8', '/m/1', { ...OPTIONS, optimise: false });
    await two.load('m/2#1', '/m/2', OPTIONS);
    expect(engine.asked).toEqual(['load m/1#1.1', 'load m/1#8.2', 'load m/2#1.3']);
    expect(one.find('m/1#1')).toBe(two.find('m/1#7'));
  });

  it('is loaded again by one that comes after it was unloaded', async () => {
    const { engine, one } = workers();
    await one.load('m', '/m/1', OPTIONS);
    await one.unload('m');
    await one.load('m', '/m/1', OPTIONS);
    expect(engine.asked).toEqual(['load m.1', 'unload m.1', 'load m.2']);
  });

  it('is held by nobody when it cannot be loaded, and tried again by who asks again', async () => {
    const { engine, one, two } = workers();
    engine.loading = Promise.reject(new EngineError('load', 'No such file.'));
    const loads = [one.load('m', '/m/1', OPTIONS), two.load('m', '/m/1', OPTIONS)];
    for (const load of loads) await expect(load).rejects.toThrow('No such file.');
    engine.loading = Promise.resolve();
    await one.load('m', '/m/1', OPTIONS);
    expect(engine.asked).toEqual(['load m.1', 'load m.2']);
  });

  it('opens for batches with the first and closes with the last', async () => {
    const { batching, one, two } = workers();
    await one.load('m', '/m/1', OPTIONS);
    await two.load('m', '/m/1', OPTIONS);
    for (const worker of [one, two, one]) worker.open('m', BATCHED);
    one.close('m');
    one.close('m');
    expect(batching.asked).toEqual(['open m.1']);
    await two.unload('m');
    expect(batching.asked).toEqual(['open m.1', 'close m.1']);
  });

  it('stays with one when the other is gone, whatever that had', async () => {
    const { engine, batching, one, two } = workers();
    await one.load('m', '/m/1', OPTIONS);
    await two.load('m', '/m/1', OPTIONS);
    await two.load('n', '/n/1', OPTIONS);
    for (const [worker, model] of [
      [one, 'm'],
      [two, 'm'],
      [two, 'n'],
    ] as const)
      worker.open(model, BATCHED);
    await two.unloadAll();
    expect(engine.asked).toEqual(['load m.1', 'load n.2', 'unload n.2']);
    expect(batching.asked).toEqual(['open m.1', 'open n.2', 'close n.2']);
  });

  it('is unloaded once it is loaded when the only one that wanted it is gone meanwhile', async () => {
    const { engine, one } = workers();
    let end!: () => void;
    engine.loading = new Promise((resolve) => (end = resolve));
    const load = one.load('m', '/m/1', OPTIONS);
    const left = one.unloadAll();
    await settle();
    expect(engine.asked).toEqual(['load m.1']);
    end();
    await Promise.all([load, left]);
    expect(engine.asked).toEqual(['load m.1', 'unload m.1']);
  });

  it('that the engine lost is lost to both, and may be loaded again', async () => {
    const { engine, batching, lost, one, two } = workers();
    await one.load('m#1', '/m/1', OPTIONS);
    await two.load('m#2', '/m/1', OPTIONS);
    one.open('m#1', BATCHED);
    engine.onLost('m#1.1', 'Its files are gone.');
    expect(lost).toEqual(['one m#1: Its files are gone.', 'two m#2: Its files are gone.']);
    expect(batching.asked).toEqual(['open m#1.1', 'close m#1.1']);
    await one.unload('m#1');
    expect(() => one.find('m#1')).toThrow('The model m#1 is not loaded.');
    await one.load('m#3', '/m/1', OPTIONS);
    expect(engine.asked).toEqual(['load m#1.1', 'load m#3.2']);
  });
});

describe('a warm-up that two workers ask for', () => {
  const sent = (bytes: number) => ({ tensors: [{ name: 'x' }], payload: new Uint8Array(bytes) });

  it('runs once, and again for other inputs or another signature', async () => {
    const { models } = workers();
    const model = models.hold('m', '/m/1', OPTIONS, { lost: () => {} });
    let runs = 0;
    const run = async () => floats(++runs);
    expect(await model.warmUp('s', sent(8), run)).toEqual(floats(1));
    expect(await model.warmUp('s', sent(8), run)).toEqual(floats(1));
    expect(await model.warmUp('s', sent(16), run)).toEqual(floats(2));
    expect(await model.warmUp('t', sent(8), run)).toEqual(floats(3));
  });

  it('runs again when it failed, or when its answer was too large to be kept', async () => {
    const { models } = workers();
    const model = models.hold('m', '/m/1', OPTIONS, { lost: () => {} });
    await expect(model.warmUp('s', sent(8), () => Promise.reject(new Error('No.')))).rejects.toThrow('No.');
    await settle();
    const large = { x: { dtype: 'float32' as const, shape: [2 ** 19], data: new Float32Array(2 ** 19) } };
    expect(await model.warmUp('s', sent(8), async () => large)).toBe(large);
    await settle();
    expect(await model.warmUp('s', sent(8), async () => floats(1))).toEqual(floats(1));
  });
});
