import { duplexPair } from 'node:stream';
import { Registry, Counter } from 'prom-client';
import { EngineError } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';
import { RequestCounter } from '../access/limits/request-counts.js';
import { metricsJson } from '../metrics/metrics-json.js';
import type { Call } from '../turns/call.js';
import { EchoEngine, floats, ManualBatching, numbersOf, OPTIONS, RULES, settle } from './cluster.fixture.js';
import { MetricsOfWorkers } from './metrics-of-workers.js';
import { Primary } from './primary.js';
import { SharedModels } from './shared-models.js';
import { type Shared, WorkerDesk } from './worker-desk.js';

const BATCHED = { name: 'm', signatures: {}, rows: {}, stateful: [], rules: RULES };
const callOf = (some: Partial<Call> = {}): Call => ({
  signal: new AbortController().signal,
  deadline: performance.now() + 5_000,
  caller: 'anna',
  priority: 'normal',
  ...some,
});

/** A primary's things, and workers that are connected with it. */
function primary() {
  const engine = new EchoEngine();
  const batching = new ManualBatching();
  const metrics = new MetricsOfWorkers(async () => []);
  const ended: string[] = [];
  const failures: string[] = [];
  const shared: Shared = {
    engine,
    batching,
    models: new SharedModels(engine, batching),
    counts: new RequestCounter(),
    runKey: () => 'tn_key',
    endRunKey: () => ended.push('run key'),
    metrics: (page, models) => metrics.text(page, models),
    untilNeeded: async () => {},
    failed: (reason) => failures.push(reason),
  };
  const worker = async () => {
    const [near, far] = duplexPair();
    const desk = new WorkerDesk(near, shared);
    metrics.add(desk.readMetrics);
    return {
      desk,
      primary: await Primary.connect(far),
      die: () => [near, far].forEach((end) => end.destroy()),
    };
  };
  return { engine, batching, metrics, ended, failures, worker };
}

describe('a worker at its desk', () => {
  it('uses the engine as if it were its own', async () => {
    const { engine, worker } = primary();
    const { primary: far } = await worker();
    expect(far.engine.runsAtOnce).toBe(engine.runsAtOnce);
    expect(await far.engine.info()).toEqual({ runtime: 'fake', version: '0', device: 'cpu' });
    expect(await far.engine.load('m', '/m/1', OPTIONS)).toMatchObject({ device: 'cpu' });
    expect(numbersOf(await far.engine.warmUp('m', 's', floats(1, 2)))).toEqual([1, 2]);
    expect(numbersOf(await far.engine.run('m', 's', floats(3)))).toEqual([3]);
    await far.engine.unload('m');
    expect(engine.asked).toEqual(['load m.1', 'warm up m.1', 'run m.1', 'unload m.1']);
    await expect(far.engine.run('m', 's', floats(3))).rejects.toThrow(EngineError);
  });

  it('meets the requests of others in the batching', async () => {
    const { batching, worker } = primary();
    const workers = [await worker(), await worker()];
    const answers = [];
    for (const [index, { primary: far }] of workers.entries()) {
      await far.engine.load('m', '/m/1', OPTIONS);
      far.batching.open('m', BATCHED);
      answers.push(far.batching.run('m', 's', floats(index), callOf({ caller: `caller ${index}` })));
      await settle();
    }
    expect(batching.asked).toEqual(['open m.1']);
    expect(batching.waiting.map(({ model, call }) => [model, call.caller, call.priority])).toEqual([
      ['m.1', 'caller 0', 'normal'],
      ['m.1', 'caller 1', 'normal'],
    ]);
    const left = batching.waiting[0]!.call.deadline - performance.now();
    expect(left).toBeGreaterThan(3_000);
    expect(left).toBeLessThanOrEqual(5_000);
    for (const { answer } of batching.waiting) answer();
    const [first] = await Promise.all(answers);
    expect(first).toMatchObject({ queueMs: 3, inferenceMs: 4 });
    expect(numbersOf(first!.outputs)).toEqual([0]);
  });

  it('has a caller that left dropped there', async () => {
    const { batching, worker } = primary();
    const { primary: far } = await worker();
    await far.engine.load('m', '/m/1', OPTIONS);
    far.batching.open('m', BATCHED);
    const left = new AbortController();
    const answer = far.batching.run('m', 's', floats(1), callOf({ signal: left.signal, deadline: Infinity }));
    await settle();
    left.abort(new ServingError('DEADLINE_EXCEEDED', 'Too late.'));
    await expect(answer).rejects.toThrow('Too late.');
    await settle();
    expect(batching.waiting[0]!.call.deadline).toBe(Infinity);
    expect(batching.waiting[0]!.call.signal.reason).toMatchObject({ code: 'CANCELLED' });
  });

  it('is told of failures with all that its log and its client need', async () => {
    const { batching, worker } = primary();
    const { primary: far } = await worker();
    await far.engine.load('m', '/m/1', OPTIONS);
    far.batching.open('m', BATCHED);
    const answer = far.batching.run('m', 's', floats(1), callOf());
    await settle();
    const cause = new EngineError('crashed', 'The engine process ended.');
    batching.waiting[0]!.fail(new ServingError('ENGINE_FAILED', 'Try again.', { retryAfter: 2, cause }));
    const error = await answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServingError);
    expect(error).toMatchObject({ code: 'ENGINE_FAILED', message: 'Try again.', retryAfter: 2, cause });
  });

  it('knows of what the next request is expected to take what it was told with the last', async () => {
    const { batching, worker } = primary();
    const { primary: far } = await worker();
    await far.engine.load('m', '/m/1', OPTIONS);
    far.batching.open('m', BATCHED);
    expect(far.batching.expectedMs('m', 's', 2, callOf())).toBe(0);
    batching.expected = 60_000;
    const answer = far.batching.run('m', 's', floats(1, 2), callOf());
    await settle();
    batching.waiting[0]!.fail(new ServingError('DEADLINE_UNREACHABLE', 'Not in time.'));
    await expect(answer).rejects.toThrow('Not in time.');
    expect(far.batching.expectedMs('m', 's', 2, callOf())).toBeGreaterThan(50_000);
    expect(far.batching.expectedMs('m', 's', 1, callOf())).toBe(0);
    expect(far.batching.expectedMs('m', 's', 2, callOf({ caller: 'bert' }))).toBe(0);
  });

  it('that dies gives up all it had, and nobody else does', async () => {
    const { engine, batching, worker } = primary();
    const [dying, other] = [await worker(), await worker()];
    await dying.primary.engine.load('m', '/m/1', OPTIONS);
    await dying.primary.engine.load('n', '/n/1', OPTIONS);
    await other.primary.engine.load('m', '/m/1', OPTIONS);
    for (const { primary: far } of [dying, other]) far.batching.open('m', BATCHED);
    const lost = dying.primary.batching.run('m', 's', floats(1), callOf());
    await settle();
    const answer = other.primary.batching.run('m', 's', floats(2), callOf());
    await settle();
    dying.die();
    await expect(lost).rejects.toThrow(ServingError);
    await settle();
    expect(batching.waiting.map(({ call }) => call.signal.aborted)).toEqual([true, false]);
    expect(engine.asked).toEqual(['load m.1', 'load n.2', 'unload n.2']);
    batching.waiting[1]!.answer();
    expect(numbersOf((await answer).outputs)).toEqual([2]);
  });

  it('is told of a model that the engine lost', async () => {
    const { engine, worker } = primary();
    const { primary: far } = await worker();
    await far.engine.load('m', '/m/1', OPTIONS);
    const lost: string[] = [];
    far.engine.onLost = (model, reason) => lost.push(`${model}: ${reason}`);
    engine.onLost('m.1', 'Its files are gone.');
    await settle();
    expect(lost).toEqual(['m: Its files are gone.']);
  });

  it('counts requests together with the others', async () => {
    const { worker } = primary();
    const [one, two] = [await worker(), await worker()];
    expect(await one.primary.counts.count('default', 'anna')).toMatchObject({ used: 1 });
    expect(await two.primary.counts.count('default', 'anna')).toMatchObject({ used: 2 });
    expect(await two.primary.counts.count('failed-keys', 'anna')).toMatchObject({ used: 1 });
  });

  it('has the key of this run, and ends it for all', async () => {
    const { ended, worker } = primary();
    const { desk, primary: far } = await worker();
    const key = await far.runKey();
    expect(key.text).toBe('tn_key');
    const told: string[] = [];
    key.onEnd(() => told.push('ended'));
    key.end();
    desk.endRunKey();
    await settle();
    expect([ended, told]).toEqual([['run key'], ['ended']]);
    (await far.runKey()).onEnd(() => told.push('at once'));
    expect(told).toEqual(['ended', 'at once']);
  });

  it('says why it cannot start, and is told when to end', async () => {
    const { failures, worker } = primary();
    const { desk, primary: far } = await worker();
    await far.failed('There is no such folder.');
    expect(failures).toEqual(['There is no such folder.']);
    desk.stop();
    await far.stopped;
  });

  it('shows the series of some models alone to whom no more is to be told', async () => {
    const { worker } = primary();
    const workers = [await worker(), await worker()];
    for (const { primary: far } of workers) {
      const registry = new Registry();
      const options = { help: 'c', registers: [registry] };
      const own = new Counter({ name: 'own_total', labelNames: ['model'] as const, ...options });
      own.inc({ model: 'a' }, 2);
      own.inc({ model: 'b' });
      new Counter({ name: 'served_total', labelNames: ['model_name'] as const, ...options }).inc({
        model_name: 'b',
      });
      new Counter({ name: 'all_total', ...options }).inc();
      far.metrics.onShare = () => metricsJson(registry);
    }
    const text = await workers[0]!.primary.metrics.text('metrics', ['a']);
    expect(text.trim().split('\n')).toEqual([
      '# HELP own_total c',
      '# TYPE own_total counter',
      'own_total{model="a"} 4',
    ]);
  });

  it('shows the metrics of all, those of the dead too', async () => {
    const { metrics, worker } = primary();
    const workers = [await worker(), await worker()];
    for (const [index, { primary: far }] of workers.entries()) {
      const registry = new Registry();
      const counter = new Counter({ name: 'c_total', help: 'c', labelNames: ['l'], registers: [registry] });
      counter.inc({ l: 'a' }, index + 1);
      far.metrics.onShare = () => metricsJson(registry);
    }
    const [one, two] = workers;
    expect(await one!.primary.metrics.text('metrics', null)).toContain('c_total{l="a"} 3');
    two!.die();
    metrics.remove(two!.desk.readMetrics);
    expect(await one!.primary.metrics.text('metrics', null)).toContain('c_total{l="a"} 3');
  });
});
