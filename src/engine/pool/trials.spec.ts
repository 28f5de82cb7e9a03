import { EchoEngine, floats, numbersOf, OPTIONS, settle } from '../../cluster/cluster.fixture.js';
import { EngineError, type NamedTensors } from '../engine.js';
import type { EnginePool } from './engine-pool.js';
import { EngineWithTrials } from './trials.js';

const TRIED = { ...OPTIONS, tryFirst: true };
const crash = () => new EngineError('crashed', 'The engine process ended (SIGSEGV).');

/** A process on trial that does what the test says. */
class Tried extends EchoEngine {
  running: Promise<void> = Promise.resolve();
  override async run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    await this.running;
    return super.run(model, signature, inputs);
  }
  override async close(): Promise<void> {
    this.asked.push('close');
  }
}

function make(hasMemory = true) {
  const pool = new EchoEngine();
  const tried = new Tried();
  const engine = new EngineWithTrials(pool as unknown as EnginePool, async () =>
    hasMemory ? tried : undefined,
  );
  return { pool, tried, engine };
}

describe('a model that is tried first', () => {
  it('meets the pool only once it is admitted, and is warm then', async () => {
    const { pool, tried, engine } = make();
    expect(engine.runsAtOnce).toBe(pool.runsAtOnce);
    await engine.load('m', '/m', TRIED);
    await engine.warmUp('m', 's', floats(0));
    expect(numbersOf(await engine.run('m', 's', floats(7)))).toEqual([7]);
    expect([pool.asked, tried.asked]).toEqual([[], ['load m', 'run m', 'run m']]);
    expect(await engine.admit('m')).toMatchObject({ device: 'cpu' });
    expect(tried.asked.at(-1)).toBe('close');
    expect(pool.asked).toEqual(['load m', 'warm up m']);
    await engine.run('m', 's', floats(7));
    expect(pool.asked.at(-1)).toBe('run m');
    expect(await engine.admit('m')).toBeNull();
  });

  it('is at fault when its process ends there, and the pool never hears of it', async () => {
    const { pool, tried, engine } = make();
    tried.loading = Promise.reject(crash());
    const sentence = 'It was tried in a process of its own first. The engine process ended (SIGSEGV).';
    await expect(engine.load('m', '/m', TRIED)).rejects.toMatchObject({ kind: 'load', message: sentence });
    expect(tried.asked).toEqual(['load m', 'close']);
    tried.loading = Promise.resolve();
    tried.running = Promise.reject(crash());
    await engine.load('m', '/m', TRIED);
    await expect(engine.run('m', 's', floats(1))).rejects.toMatchObject({ kind: 'load', message: sentence });
    await engine.unload('m');
    expect([pool.asked, tried.asked.at(-1)]).toEqual([[], 'close']);
  });

  it('is admitted once, after the runs that are under way; later ones wait for it', async () => {
    const { pool, tried, engine } = make();
    await engine.load('m', '/m', TRIED);
    let go = (): void => {};
    tried.running = new Promise((resolve) => (go = resolve));
    const early = engine.run('m', 's', floats(1));
    const admissions = Promise.all([engine.admit('m'), engine.admit('m')]);
    const late = engine.run('m', 's', floats(2));
    await settle();
    expect(pool.asked).toEqual([]);
    go();
    expect(numbersOf(await early)).toEqual([1]);
    expect(numbersOf(await late)).toEqual([2]);
    const [one, other] = await admissions;
    expect(one).toBe(other);
    expect(pool.asked).toEqual(['load m', 'run m']);
  });

  it('goes into the pool at once where there is no memory for a trial, or none is asked for', async () => {
    const { pool, tried, engine } = make(false);
    await engine.load('m', '/m', TRIED);
    await engine.load('n', '/n', OPTIONS);
    expect([pool.asked, tried.asked]).toEqual([['load m', 'load n'], []]);
    expect(await engine.admit('m')).toBeNull();
  });

  it('is ended with the engine', async () => {
    const { tried, engine } = make();
    await engine.load('m', '/m', TRIED);
    await engine.close();
    expect(tried.asked.at(-1)).toBe('close');
  });
});
