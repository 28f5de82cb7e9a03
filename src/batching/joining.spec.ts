import type { LoadedModel, NamedTensors, Signature } from '../engine/engine.js';
import type { BatchingRules } from './batching.js';
import { joiningOf } from './joining.js';
import { Scheduler } from './scheduler.js';
import { answerTo, patient, request, rowsIn, rulesWith, SIGNATURE } from './scheduler.fixture.js';

const REASON = 'Its op Where mixes them.';
const MIXED: LoadedModel['rows'] = { s: { independent: false, reason: REASON } };
const APART: LoadedModel['rows'] = { s: { independent: true } };
const FIXED: Signature = { ...SIGNATURE, inputs: [{ name: 'x', dtype: 'float32', shape: [1, 2] }] };

describe('requests for a signature', () => {
  it.each<[string, LoadedModel['rows'], boolean | undefined, object]>([
    ['independent', APART, undefined, { joined: true }],
    ['mixed', MIXED, undefined, { joined: false, reason: REASON }],
    [
      'of a signature that nobody looked at',
      {},
      undefined,
      { joined: false, reason: 'Nothing is known of its rows.' },
    ],
    [
      'mixed, but not by the word of model.yaml',
      MIXED,
      true,
      { joined: true, reason: 'model.yaml says independentRows: true.' },
    ],
    [
      'independent, but not by its word',
      APART,
      false,
      { joined: false, reason: 'model.yaml says independentRows: false.', asked: true },
    ],
  ])('whose rows are %s', (_, rows, independentRows, expected) => {
    expect(
      joiningOf(
        's',
        SIGNATURE,
        { rows, stateful: [] },
        { ...(independentRows !== undefined && { independentRows }) },
      ),
    ).toEqual(expected);
  });

  it('of a signature with a state are not joined, whatever model.yaml says', () => {
    const loaded = { rows: APART, stateful: ['s'] };
    expect(joiningOf('s', SIGNATURE, loaded, { independentRows: true })).toEqual({
      joined: false,
      reason: 'Its runs change what later ones answer.',
    });
  });

  it('without a first dimension of any size are not joined, whatever model.yaml says', () => {
    expect(joiningOf('s', FIXED, { rows: APART, stateful: [] }, { independentRows: true })).toMatchObject({
      joined: false,
      reason: expect.stringMatching(/^Its input "x" has no first dimension/),
    });
  });
});

/** What an engine is given of requests that come at once. */
async function runsOf(
  requests: readonly NamedTensors[],
  rows: LoadedModel['rows'],
  rules: Partial<BatchingRules> = {},
  answer = answerTo,
): Promise<{ runs: number[][]; answers: number[][] }> {
  const runs: number[][] = [];
  const run = async (_model: string, _signature: string, inputs: NamedTensors): Promise<NamedTensors> => {
    runs.push(rowsIn(inputs));
    return answer(inputs);
  };
  const { independentRows: _, ...own } = rulesWith();
  const scheduler = new Scheduler({ slots: 1, run });
  scheduler.open('m', {
    name: 'm',
    signatures: { s: SIGNATURE },
    rows,
    stateful: [],
    rules: { ...own, ...rules },
  });
  const answered = await Promise.all(requests.map((inputs) => scheduler.run('m', 's', inputs, patient())));
  return { runs, answers: answered.map(({ outputs }) => [...(outputs.y!.data as Float32Array)]) };
}

describe('requests that come at once', () => {
  const three = [request(1), request(2, 3), request(4)];

  it('share a run where their rows are independent', async () => {
    expect((await runsOf(three, APART)).runs).toEqual([[1, 2, 3, 4]]);
  });

  it('run as they came, without padding, where rows may be mixed', async () => {
    const { runs } = await runsOf(three, MIXED, { allowedBatchSizes: [4], maxBatchSize: 4 });
    expect(runs).toEqual([[1], [2, 3], [4]]);
  });

  it('of another rank than the signature has run alone', async () => {
    const flat: NamedTensors = { x: { dtype: 'float32', shape: [2], data: Float32Array.of(7, 0.5) } };
    expect((await runsOf([request(1), flat, flat, request(2)], APART)).runs).toEqual([[1], [7], [7], [2]]);
  });

  it('run again by themselves, without padding, where the answer has not a row for each', async () => {
    const halved = (inputs: NamedTensors): NamedTensors => {
      const { y } = answerTo(inputs);
      const data = (y!.data as Float32Array).filter((number) => number % 2 === 1);
      return { y: { dtype: 'float32', shape: [data.length, 1], data } };
    };
    const rules = { allowedBatchSizes: [4], maxBatchSize: 4, independentRows: true };
    const { runs, answers } = await runsOf([request(1), request(2)], MIXED, rules, halved);
    expect(runs).toEqual([[1, 2, 2, 2], [1, 1, 1, 1], [1], [2, 2, 2, 2]]);
    expect(answers).toEqual([[], [3]]);
    expect(await runsOf([request(2, 1)], MIXED, rules, halved)).toEqual({
      runs: [
        [2, 1, 1, 1],
        [2, 1],
      ],
      answers: [[3]],
    });
  });
});
