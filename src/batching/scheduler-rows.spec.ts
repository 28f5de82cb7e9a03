import { getEventListeners } from 'node:events';
import { EngineError, type NamedTensors, type Signature } from '../engine/engine.js';
import { PRIORITIES } from '../turns/call.js';
import { Scheduler } from './scheduler.js';
import { generator, patient, rulesWith, settle } from './scheduler.fixture.js';

const ROWS = 1_000_000;
/** A row with this remainder by 9,973 is one that the model fails on. */
const BAD = 4_321;

const SIGNATURE: Signature = {
  inputs: [{ name: 'x', dtype: 'float64', shape: [null] }],
  outputs: [{ name: 'y', dtype: 'float64', shape: [null] }],
};

const isBad = (row: number): boolean => row % 9_973 === BAD;
const floats = (data: Float64Array): NamedTensors[string] => ({
  dtype: 'float64',
  shape: [data.length],
  data,
});
const answerTo = (row: number): number => 3 * row + 1;

it('gives every caller its own rows, whoever leaves and whatever fails: 1,000,000 rows, no two alike', async () => {
  const below = generator(42);
  let engineRows = 0;
  let crashes = 0;
  const scheduler = new Scheduler({
    slots: 2,
    run: async (_model, _signature, { x }) => {
      const rows = x!.data as Float64Array;
      engineRows += rows.length;
      for (let turns = below(3); turns > 0; turns--) await settle();
      if (below(2_000) === 0) {
        crashes += 1;
        throw new EngineError('crashed', 'The engine process ended.');
      }
      if (rows.some(isBad)) throw new EngineError('run', 'It does not take that.');
      return { y: floats(rows.map(answerTo)) };
    },
  });
  const models = ['any', 'padded'];
  const rules = { maxBatchSize: 64 };
  scheduler.open('any', {
    name: 'any',
    signatures: { s: SIGNATURE },
    rows: {},
    stateful: [],
    rules: rulesWith(rules),
  });
  scheduler.open('padded', {
    name: 'padded',
    signatures: { s: SIGNATURE },
    rows: {},
    stateful: [],
    rules: rulesWith({ ...rules, allowedBatchSizes: [16, 32, 64] }),
  });

  const tally = { answered: 0, left: 0, failed: 0, crashed: 0, mismatches: 0 };
  const ask = async (rows: Float64Array, signal: AbortSignal, n: number): Promise<void> => {
    const call = patient({ signal, caller: `caller ${n % 7}`, priority: PRIORITIES[n % 3]! });
    try {
      const { outputs } = await scheduler.run(models[n % 2]!, 's', { x: floats(rows) }, call);
      const answer = outputs.y!.data as Float64Array;
      tally.answered += rows.length;
      if (answer.length !== rows.length) tally.mismatches += rows.length;
      else
        for (let row = 0; row < rows.length; row++)
          if (answer[row] !== answerTo(rows[row]!)) tally.mismatches += 1;
    } catch (reason) {
      const isRefused = (reason as { code?: string }).code === 'INPUT_REFUSED';
      if (reason === 'left') tally.left += rows.length;
      else if (isRefused && rows.some(isBad)) tally.failed += rows.length;
      else if ((reason as { code?: string }).code === 'ENGINE_FAILED') tally.crashed += rows.length;
      else tally.mismatches += rows.length;
    }
  };

  const asked: Promise<void>[] = [];
  const callers: AbortController[] = [];
  for (let row = 0; row < ROWS;) {
    const rows = Math.min(1 + below(16), ROWS - row);
    const from = row;
    const caller = new AbortController();
    callers.push(caller);
    asked.push(
      ask(
        Float64Array.from({ length: rows }, (_, index) => from + index),
        caller.signal,
        callers.length,
      ),
    );
    row += rows;
    if (below(6) === 0) callers.at(-1 - below(Math.min(callers.length, 60)))!.abort('left');
    if (below(16) === 0) await settle();
  }
  await Promise.all(asked);

  expect(tally.mismatches).toBe(0);
  expect(tally.answered + tally.left + tally.failed + tally.crashed).toBe(ROWS);
  expect(tally.answered).toBeGreaterThan(ROWS / 2);
  expect([tally.left > 1_000, tally.failed > 0, crashes > 0]).toEqual([true, true, true]);
  expect(engineRows).toBeGreaterThan(tally.answered);
  expect(callers.some(({ signal }) => getEventListeners(signal, 'abort').length > 0)).toBe(false);
}, 240_000);
