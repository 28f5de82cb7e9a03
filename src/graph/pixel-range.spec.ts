import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { constantNode, float32Node, int32Node } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { GraphIndex } from './graph-index.js';
import { inputHead } from './input-head.js';
import { attribute, makeNode } from './nodes.js';
import { type PixelRange, pixelRange, pixelRanges } from './pixel-range.js';

const T = attribute.type(DataType.DT_FLOAT);

const node = (op: string, name: string, input: string[], attr: NodeDef['attr'] = {}): NodeDef =>
  makeNode(op, name, input, { T, ...attr });
const floats = (name: string, shape: number[], ...values: number[]): NodeDef =>
  float32Node(name, shape, Float32Array.from(values));
const number = (name: string, value: number): NodeDef => floats(name, [], value);

/** A graph that takes `x` and answers what `last` gives. */
function graphOf(
  nodes: NodeDef[],
  last: string,
  shape: number[] = [1, 8, 8, 3],
  dataType = DataType.DT_FLOAT,
): FlatGraph {
  const tensor = (name: string) => ({ name, dtype: 'float32', dataType, shape, nodes: [`${name}:0`] });
  return {
    nodes: [
      node('Placeholder', 'x', []),
      floats('kernel', [1, 1, 3, 1], 1, 2, 3),
      ...nodes,
      node('Conv2D', 'conv', [last, 'kernel']),
      node('Identity', 'y', ['conv']),
    ],
    signatures: new Map([['serve', { inputs: [tensor('x')], outputs: [tensor('y')], methodName: '' }]]),
  };
}

/** `x` through one op and constant after the other: `Mul 2` or, with the constant first, `2 Sub`; `Mul 1,2,3` for each channel. */
function chain(...steps: string[]): NodeDef[] {
  return steps.flatMap((step, index) => {
    const [, before, op = '', after] = /^(\S+ )?([A-Z]\w+)( \S+)?$/.exec(step)!;
    const values = (before ?? after ?? '').trim().split(',').map(Number);
    const constant = floats(`c${index}`, values.length === 1 ? [] : [values.length], ...values);
    const input = index === 0 ? 'x' : `s${index - 1}`;
    return [constant, node(op, `s${index}`, before ? [constant.name, input] : [input, constant.name])];
  });
}

const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(5)));

function headOf(nodes: NodeDef[], last: string) {
  const head = inputHead(new GraphIndex(graphOf(nodes, last)), 'x', 4);
  return head && [rounded(head.multiply), rounded(head.add)];
}

const rangeOf = (nodes: NodeDef[], last: string, ...graph: [shape?: number[], dataType?: DataType]) =>
  pixelRanges(graphOf(nodes, last, ...graph))
    .get('serve')
    ?.get('x');

describe('the head of a graph', () => {
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
    expect(headOf(chain(...steps), `s${steps.length - 1}`)).toEqual(expected);
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
    expect(headOf(nodes, 'm')).toEqual([[0.5], [0]]);
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
    expect(headOf([...chain('Sub 1,2,3'), ...turn], 'bgr')).toEqual([
      [1, 1, 1],
      [-3, -2, -1],
    ]);
    const reverse = [int32Node('axis', [1], [-1]), node('ReverseV2', 'bgr', ['s0', 'axis'])];
    expect(headOf([...chain('Sub 1,2,3'), ...reverse], 'bgr')).toEqual([
      [1, 1, 1],
      [-3, -2, -1],
    ]);
    const first = [
      int32Node('order', [4], [0, 3, 1, 2]),
      node('Transpose', 't', ['s0', 'order']),
      floats('factor', [3, 1, 1], 2, 3, 4),
      node('Mul', 'm', ['t', 'factor']),
    ];
    expect(headOf([...chain('Sub 1,2,3'), ...first], 'm')).toEqual([
      [2, 3, 4],
      [-2, -6, -12],
    ]);
    // Channels last again, which they are not any more.
    expect(
      headOf(
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
    expect(headOf(nodes, 'm')).toEqual([
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
      [floats('c', [8, 1, 1], 1, 1, 1, 1, 1, 1, 1, 1), node('Mul', 'm', ['x', 'c'])],
      'm',
    ],
    [
      'numbers for more channels than pictures have',
      [floats('c', [5], 1, 2, 3, 4, 5), node('Mul', 'm', ['x', 'c'])],
      'm',
    ],
    ['another op', [number('c', 2), node('Pow', 'p', ['x', 'c'])], 'p'],
    ['division by it', [number('c', 2), node('RealDiv', 'd', ['c', 'x'])], 'd'],
  ])('is none where it is %s', (_, nodes, last) => {
    expect(headOf(nodes, last)).toBeUndefined();
  });

  it('ends where two take the same', () => {
    const nodes = [...chain('Mul 2', 'Sub 1'), node('Relu', 'other', ['s0'])];
    expect(headOf(nodes, 's1')).toEqual([[2], [0]]);
    expect(headOf([...chain('Mul 2'), node('Relu', 'other', ['x'])], 's0')).toBeUndefined();
  });
});

describe('the range of pixels', () => {
  const normalisation = (mean: number[], deviation: number[]): [number[], number[]] => [
    deviation.map((value) => 1 / value),
    deviation.map((value, channel) => -mean[channel]! / value),
  ];
  it.each<[string, number[], number[], PixelRange | undefined]>([
    ['x / 255', [1 / 255], [0], 'raw'],
    ['x / 256', [1 / 256], [0], 'raw'],
    ['x / 127.5 - 1', [1 / 127.5], [-1], 'raw'],
    ['x / 255 - 0.5', [1 / 255], [-0.5], 'raw'],
    ['1 - x / 255', [-1 / 255], [1], 'raw'],
    ['ImageNet, of 0…255', ...normalisation([123.7, 116.3, 103.5], [58.4, 57.1, 57.4]), 'raw'],
    ['dim pictures of 0…255', ...normalisation([20, 20, 20], [17, 17, 17]), 'raw'],
    ['MNIST, of 0…255', ...normalisation([33.3], [78.6]), 'raw'],
    ['caffe', [1, 1, 1], [-103.9, -116.8, -123.7], 'raw'],
    ['x - 128', [1], [-128], 'raw'],
    ['255 - x', [-1], [255], 'raw'],
    ['x * 2 - 1', [2], [-1], 'unit'],
    ['ImageNet, of 0…1', ...normalisation([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), 'unit'],
    ['x * 255', [255], [0], 'unit'],
    ['caffe of 0…1', [255, 255, 255], [-103.9, -116.8, -123.7], 'unit'],
    ['x', [1], [0], undefined],
    ['x - 0.5', [1], [-0.5], undefined],
    ['1 - x', [-1], [1], undefined],
    ['x / 2 + 0.5, of -1…1', [0.5], [0.5], undefined],
    ['x / 10', [0.1], [0], undefined],
    ['x / 65535', [1 / 65535], [0], undefined],
    ['x * 100', [100], [0], undefined],
    ['x * 2 - 255', [2], [-255], undefined],
    ['x / 255 + 100', [1 / 255], [100], undefined],
    ['channels that disagree', [1 / 255, 2, 2], [0, 0, 0], undefined],
    ['a damaged constant', [Number.NaN], [0], undefined],
    ['division by zero', [Infinity], [-Infinity], undefined],
  ])('of a head that computes %s', (_, multiply, add, range) => {
    expect(pixelRange({ multiply, add })).toBe(range);
  });

  it('is told of float32 inputs that may be pictures', () => {
    const head = chain(`Mul ${1 / 255}`);
    expect(rangeOf(head, 's0')).toBe('raw');
    expect(rangeOf(head, 's0', [8, 8, 3])).toBe('raw');
    expect(rangeOf(head, 's0', [1, 8])).toBeUndefined();
    expect(rangeOf(head, 's0', [1, 8, 8, 3], DataType.DT_UINT8)).toBeUndefined();
    expect(rangeOf([], 'x')).toBeUndefined();
  });
});
