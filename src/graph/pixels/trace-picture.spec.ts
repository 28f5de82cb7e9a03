import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { chain, floats, graphOf, node, number, T } from '../picture-head.fixture.js';
import { constantNode, int32Node } from '../constant.js';
import { GraphIndex } from '../graph-index.js';
import { attribute } from '../nodes.js';
import type { Evidence } from './rule.js';
import { tracePicture } from './trace-picture.js';

const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(5)));

function evidenceOf(nodes: NodeDef[], last: string): Evidence[] {
  const index = new GraphIndex(graphOf(nodes, last));
  return tracePicture(index, index.inOrder(), 'x', 4);
}

/** What is used of the picture, one after the other. */
function mapsOf(nodes: NodeDef[], last: string): number[][][] {
  return evidenceOf(nodes, last).flatMap((one) =>
    one.kind === 'used' ? [[rounded(one.map.multiply), rounded(one.map.add)]] : [],
  );
}

const mapOf = (nodes: NodeDef[], last: string): number[][] | undefined => mapsOf(nodes, last)[0];

describe('a picture', () => {
  it.each<[string[], [number[], number[]]]>([
    [['Mul 0.5'], [[0.5], [0]]],
    [
      ['Mul 2', 'Sub 1'],
      [[2], [-1]],
    ],
    [
      ['RealDiv 4', 'AddV2 -1'],
      [[0.25], [-1]],
    ],
    [
      ['2 Mul', '1 Add'],
      [[2], [1]],
    ],
    [['255 Sub'], [[-1], [255]]],
    [
      ['Sub 1,2,3', 'RealDiv 2,4,8'],
      [
        [0.5, 0.25, 0.125],
        [-0.5, -0.5, -0.375],
      ],
    ],
    [
      ['Mul 2', 'BiasAdd 1,2,3', 'Mul 2'],
      [
        [4, 4, 4],
        [2, 4, 6],
      ],
    ],
  ])('is its scales and shifts by constants, one after the other: %j', (steps, expected) => {
    expect(mapOf(chain(...steps), `s${steps.length - 1}`)).toEqual(expected);
  });

  it('goes through what leaves values as they are, and through resizing', () => {
    const nodes = [
      node('Identity', 'i', ['x']),
      node('Shape', 'shape', ['x']),
      node('Cast', 'half', ['i'], { DstT: attribute.type(DataType.DT_HALF) }),
      int32Node('size', [2], [4, 4]),
      node('ResizeBilinear', 'r', ['half', 'size']),
      number('c', 0.5),
      node('Mul', 'm', ['r', 'c']),
    ];
    expect(mapOf(nodes, 'm')).toEqual([[0.5], [0]]);
  });

  it('follows channels that are turned or moved', () => {
    const turn = [
      int32Node('begin', [2], [0, 0]),
      int32Node('strides', [2], [1, -1]),
      node('StridedSlice', 'bgr', ['s0', 'begin', 'begin', 'strides'], {
        begin_mask: attribute.int(2),
        end_mask: attribute.int(2),
        ellipsis_mask: attribute.int(1),
      }),
    ];
    expect(mapOf([...chain('Sub 1,2,3'), ...turn], 'bgr')).toEqual([
      [1, 1, 1],
      [-3, -2, -1],
    ]);
    const reverse = [int32Node('axis', [1], [-1]), node('ReverseV2', 'bgr', ['s0', 'axis'])];
    expect(mapOf([...chain('Sub 1,2,3'), ...reverse], 'bgr')).toEqual([
      [1, 1, 1],
      [-3, -2, -1],
    ]);
    const first = [
      int32Node('order', [4], [0, 3, 1, 2]),
      node('Transpose', 't', ['s0', 'order']),
      floats('factor', [3, 1, 1], 2, 3, 4),
      node('Mul', 'm', ['t', 'factor']),
    ];
    expect(mapOf([...chain('Sub 1,2,3'), ...first], 'm')).toEqual([
      [2, 3, 4],
      [-2, -6, -12],
    ]);
    // Channels last again, which they are not any more.
    expect(
      mapOf(
        [
          ...chain('Sub 1,2,3'),
          ...first.slice(0, 2),
          floats('f', [3], 2, 3, 4),
          node('Mul', 'n', ['t', 'f']),
        ],
        'n',
      ),
    ).toEqual([
      [1, 1, 1],
      [-1, -2, -3],
    ]);
  });

  it('takes constants that are computed of others, of any floating-point dtype', () => {
    const nodes = [
      floats('variance', [3], 0.25, 4, 0),
      number('epsilon', 0.5),
      node('Sqrt', 'root', ['variance']),
      node('Maximum', 'deviation', ['root', 'epsilon']),
      int32Node('wanted', [4], [1, 1, 1, -1]),
      node('Reshape', 'shaped', ['deviation', 'wanted']),
      node('RealDiv', 'd', ['x', 'shaped']),
      constantNode('half', { dataType: DataType.DT_HALF, shape: [], bytes: new Uint8Array([0, 0x40]) }), // 2
      node('Cast', 'two', ['half'], { DstT: T }),
      node('Mul', 'm', ['d', 'two']),
    ];
    expect(mapOf(nodes, 'm')).toEqual([
      [4, 1, 4],
      [0, 0, 0],
    ]);
  });

  it.each<[string, NodeDef[], string]>([
    ['nothing', [], 'x'],
    [
      'a batch norm',
      ['g', 'b', 'm', 'v']
        .map((name) => floats(name, [3], 1, 2, 3))
        .concat(node('FusedBatchNormV3', 'n', ['x', 'g', 'b', 'm', 'v'])),
      'n',
    ],
    ['what is not known', [node('Placeholder', 'p', []), node('Mul', 'm', ['x', 'p'])], 'm'],
    ['the input itself', [node('Mul', 'm', ['x', 'x'])], 'm'],
    [
      'a number for each row',
      [floats('c', [8, 1, 1], 1, 2, 3, 4, 5, 6, 7, 8), node('Mul', 'm', ['x', 'c'])],
      'm',
    ],
    [
      'numbers for more channels than pictures have',
      [floats('c', [5], 1, 2, 3, 4, 5), node('Mul', 'm', ['x', 'c'])],
      'm',
    ],
    ['another op', [number('c', 2), node('Pow', 'p', ['x', 'c'])], 'p'],
    ['division by it', [number('c', 2), node('RealDiv', 'd', ['c', 'x'])], 'd'],
  ])('is used as it is by %s', (_, nodes, last) => {
    expect(mapOf(nodes, last)).toEqual([[1], [0]]);
  });

  it('is followed on every way', () => {
    const nodes = [...chain('Mul 2', 'Sub 1'), node('Tanh', 'other', ['s0'])];
    expect(mapsOf(nodes, 's1')).toEqual([
      [[2], [0]],
      [[2], [-1]],
    ]);
    expect(mapsOf([...chain('Mul 2'), node('Tanh', 'other', ['x'])], 's0')).toEqual([
      [[1], [0]],
      [[2], [0]],
    ]);
  });

  /** `x[..., channel]`, one after the other. */
  const channels = (...wanted: number[]): NodeDef[] =>
    wanted.flatMap((channel) => [
      int32Node(`begin${channel}`, [2], [0, channel]),
      int32Node(`end${channel}`, [2], [0, channel + 1]),
      int32Node(`steps${channel}`, [2], [1, 1]),
      node(
        'StridedSlice',
        `channel${channel}`,
        ['s0', `begin${channel}`, `end${channel}`, `steps${channel}`],
        {
          ellipsis_mask: attribute.int(1),
          shrink_axis_mask: attribute.int(2),
        },
      ),
    ]);

  it('is put together again of its channels, as preprocess_input does it', () => {
    const nodes = [
      ...chain('Sub 1,2,3'),
      ...channels(2, 1, 0),
      node('Pack', 'bgr', ['channel2', 'channel1', 'channel0'], { axis: attribute.int(-1) }),
      floats('means', [3], 10, 20, 30),
      node('BiasAdd', 'biased', ['bgr', 'means']),
    ];
    expect(mapOf(nodes, 'biased')).toEqual([
      [1, 1, 1],
      [7, 18, 29],
    ]);
  });

  it.each<[string, NodeDef[], string]>([
    [
      'gathered',
      [
        int32Node('order', [3], [2, 1, 0]),
        int32Node('axis', [], [-1]),
        node('GatherV2', 'z', ['s0', 'order', 'axis']),
      ],
      'z',
    ],
    [
      'split and joined',
      [
        int32Node('axis', [], [3]),
        node('Split', 'split', ['axis', 's0'], { num_split: attribute.int(3) }),
        node('ConcatV2', 'z', ['split:2', 'split:1', 'split', 'axis']),
      ],
      'z',
    ],
    [
      'unpacked and packed',
      [
        node('Unpack', 'parts', ['s0'], { num: attribute.int(3), axis: attribute.int(3) }),
        node('Pack', 'z', ['parts:2', 'parts:1', 'parts'], { axis: attribute.int(3) }),
      ],
      'z',
    ],
    [
      'convolved with zeros and ones',
      [floats('turn', [1, 1, 3, 3], 0, 0, 1, 0, 1, 0, 1, 0, 0), node('Conv2D', 'z', ['s0', 'turn'])],
      'z',
    ],
  ])('has channels that are %s', (_, nodes, last) => {
    expect(mapOf([...chain('Sub 1,2,3'), ...nodes], last)).toEqual([
      [1, 1, 1],
      [-3, -2, -1],
    ]);
  });

  it('is grey by weights that make a mean, and is not known by others', () => {
    const grey = [floats('weights', [3, 1], 0.2989, 0.587, 0.114), node('MatMul', 'grey', ['s0', 'weights'])];
    expect(mapOf([...chain('Mul 2'), ...grey], 'grey')).toEqual([[2], [0]]);
    const trained = [floats('weights', [3, 1], 0.01, 0.02, -0.01), node('MatMul', 'grey', ['s0', 'weights'])];
    expect(mapOf([...chain('Mul 2'), ...trained], 'grey')).toEqual([[2], [0]]);
    expect(mapsOf([...chain('Mul 2'), ...trained], 's0')).toHaveLength(2);
  });

  it('stays what it is between what is cut off', () => {
    const evidence = evidenceOf(chain('Minimum 255', 'Maximum 0', 'Mul 0.5'), 's2');
    expect(evidence).toMatchObject([{ kind: 'used', kept: [0, 255], map: { multiply: [0.5], add: [0] } }]);
    // A relu of a picture that is centred cuts into it.
    expect(mapsOf([...chain('Sub 100'), node('Relu', 'r', ['s0'])], 'r')).toEqual([[[1], [-100]]]);
  });

  it('may be the one or the other of a choice', () => {
    const nodes = [
      node('Greater', 'bright', ['x', 'limit']),
      number('limit', 250),
      number('none', 0),
      node('SelectV2', 'dimmed', ['bright', 'none', 'x']),
    ];
    expect(evidenceOf(nodes, 'dimmed')).toMatchObject([
      { kind: 'compared', value: 250 },
      { kind: 'used', map: { multiply: [1], add: [0] } },
    ]);
  });

  it('less its own mean is nothing, whatever that is multiplied with', () => {
    const nodes = [
      int32Node('axes', [2], [1, 2]),
      node('Mean', 'mean', ['x', 'axes'], { keep_dims: attribute.bool(true) }),
      node('Sub', 'centred', ['x', 'mean']),
      node('Placeholder', 'factor', []),
      node('Mul', 'more', ['centred', 'factor']),
      node('AddV2', 'z', ['more', 'mean']),
    ];
    expect(mapsOf(nodes, 'z')).toEqual([[[1], [0]]]);
  });

  it('is not doubled by what augmentation mixes', () => {
    const nodes = [
      node('StatelessRandomUniformV2', 'draw', ['size', 'size', 'size', 'size']),
      int32Node('size', [], [1]),
      number('one', 1),
      int32Node('width', [1], [2]),
      node('ReverseV2', 'turned', ['x', 'width']),
      node('Mul', 'a', ['draw', 'turned']),
      node('Sub', 'rest', ['one', 'draw']),
      node('Mul', 'b', ['rest', 'x']),
      node('AddV2', 'z', ['a', 'b']),
    ];
    expect(mapsOf(nodes, 'z')).toEqual([[[1], [0]]]);
  });
});
