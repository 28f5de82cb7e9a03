import type { TensorSpec } from '../engine/tensor.js';
import { type Counterpart, counterpartOf, type NamedVersion, type NoCounterpart } from './counterpart.js';
import { planModel } from './model-plan.js';

type Specs = Readonly<Record<string, TensorSpec['shape']>>;

const specsOf = (specs: Specs): TensorSpec[] =>
  Object.entries(specs).map(([name, shape]) => ({ name, dtype: 'float32', shape }));

function versionOf(version: number, inputs: Specs, outputs: Specs): NamedVersion {
  const signature = { inputs: specsOf(inputs), outputs: specsOf(outputs) };
  const loaded = {
    signatures: { serving_default: signature, [`only${version}`]: signature },
    rows: {},
    refused: {},
    device: 'cpu',
    memoryBytes: 0,
    graph: { optimised: true },
    warnings: [],
    stateful: [],
    declared: {},
  } as const;
  return { version, ready: { loaded, plan: planModel({ task: 'tensor' }, loaded) } };
}

function matched(from: [Specs, Specs], to: [Specs, Specs]): Counterpart | NoCounterpart {
  return counterpartOf(versionOf(1, ...from), versionOf(2, ...to), 'serving_default');
}

const ROW = [null, 3];
const PICTURE = [null, 32, 32, 3];

describe('what belongs to the tensors of another version', () => {
  it.each<[string, Specs, Specs, Record<string, string>]>([
    ['what has the same name', { a: ROW, b: ROW }, { b: ROW, a: ROW }, { a: 'a', b: 'b' }],
    ['the only one', { keras_tensor: ROW }, { keras_tensor_4: ROW }, { keras_tensor: 'keras_tensor_4' }],
    [
      'in the order of their numbers',
      { t_10: ROW, t_9: ROW },
      { t_12: ROW, t_11: ROW },
      { t_9: 't_11', t_10: 't_12' },
    ],
    ['numbers that overlap', { t: ROW, t_1: ROW }, { t_1: ROW, t_2: ROW }, { t: 't_1', t_1: 't_2' }],
    [
      'given names before numbered ones',
      { age: ROW, t: ROW },
      { age: ROW, t_3: ROW },
      { age: 'age', t: 't_3' },
    ],
    [
      'by shape, where names changed places',
      { a: ROW, b: PICTURE },
      { a: PICTURE, b: ROW },
      { a: 'b', b: 'a' },
    ],
    [
      'the same shape before one that is open',
      { a: [null, null], b: ROW },
      { c: ROW, d: [null, null] },
      { a: 'd', b: 'c' },
    ],
    ['one of unknown rank', { a: ROW }, { b: null }, { a: 'b' }],
  ])('is found: %s', (_, from, to, names) => {
    const found = matched([from, {}], [to, {}]) as Counterpart;
    expect(Object.fromEntries(found.inputs)).toEqual(names);
  });

  it('may leave outputs over, and no inputs', () => {
    const found = matched([{ x: ROW }, { y: ROW }], [{ x: ROW }, { y: ROW, more: PICTURE }]) as Counterpart;
    expect([...found.outputs]).toEqual([['y', 'y']]);
    expect(matched([{ x: ROW }, {}], [{ x: ROW, mask: PICTURE }, {}])).toEqual({
      reason: 'Version 2 needs the input "mask" (float32 [?, 32, 32, 3]), for which version 1 has none.',
    });
  });

  it('is told where there is none', () => {
    expect(matched([{ x: ROW }, {}], [{ x: PICTURE }, {}])).toEqual({
      reason:
        'Version 2 has no input for version 1\'s "x" (float32 [?, 3]); it has "x" (float32 [?, 32, 32, 3]).',
    });
    expect(matched([{ x: ROW }, { y: ROW }], [{ x: ROW }, { y: [null, 4] }])).toEqual({
      reason: 'Version 2 has no output for version 1\'s "y" (float32 [?, 3]); it has "y" (float32 [?, 4]).',
    });
    const [one, two] = [versionOf(1, { x: ROW }, {}), versionOf(2, { x: ROW }, {})];
    expect(counterpartOf(one, two, 'only1')).toEqual({
      reason: 'Version 2 has no signature "only1"; it has serving_default, only2.',
    });
  });
});
