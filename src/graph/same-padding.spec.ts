import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { graphAnswering } from './answering.fixture.js';
import { float32Node, int32Node } from './constant.js';
import { attribute, makeNode } from './nodes.js';
import { padAsSame } from './same-padding.js';

const T = attribute.type(DataType.DT_FLOAT);

const node = (op: string, name: string, inputs: string[], attr: NodeDef['attr'] = {}) =>
  makeNode(op, name, inputs, { T, ...attr });

const moving = (stride: number, padding: string): NodeDef['attr'] => ({
  strides: attribute.ints([1, stride, stride, 1]),
  padding: attribute.text(padding),
});

const pads = (height: [number, number], width: [number, number], channels = [0, 0]) =>
  int32Node('pads', [4, 2], [0, 0, ...height, ...width, ...channels]);

const kernel = (size: number) => float32Node('kernel', [size, size, 4, 1], new Float32Array(size * size * 4));

interface Case {
  readonly size?: readonly (number | null)[];
  readonly kernel?: number;
  readonly stride?: number;
  readonly pads?: NodeDef;
  readonly conv?: NodeDef['attr'];
  readonly before?: readonly NodeDef[];
  readonly behind?: readonly NodeDef[];
}

/** x of `size` -> before -> pad -> a depthwise convolution; gives the convolution's padding, and what else is left. */
function padded({ size = [112, 112], before = [], behind = [], ...rest }: Case): {
  padding: string;
  input: string;
  ops: string[];
} {
  const from = before.at(-1)?.name ?? 'x';
  const nodes = [
    node('Placeholder', 'x', [], { dtype: T, shape: attribute.shape([null, ...size, 4]) }),
    kernel(rest.kernel ?? 3),
    float32Node('bias', [4], new Float32Array(4)),
    float32Node('one', [1, 1, 1, 4], new Float32Array(4)),
    rest.pads ?? pads([0, 1], [0, 1]),
    ...before,
    node('Pad', 'pad', [from, 'pads']),
    node('DepthwiseConv2dNative', 'conv', ['pad', 'kernel'], {
      ...moving(rest.stride ?? 2, 'VALID'),
      ...rest.conv,
    }),
    ...behind,
  ];
  const graph = graphAnswering(nodes, ['conv', ...behind.map(({ name }) => name)]);
  const after = padAsSame(graph).nodes;
  const conv = after.find(({ name }) => name === 'conv')!;
  const value = conv.attr['padding']!.value;
  return {
    padding: value.case === 's' ? Buffer.from(value.value).toString() : '',
    input: conv.input[0]!,
    ops: after
      .map(({ op }) => op)
      .filter((op) => !['Placeholder', 'Const', 'Identity', 'DepthwiseConv2dNative'].includes(op)),
  };
}

describe('padAsSame', () => {
  it.each<[string, Case]>([
    ['even, 3 wide', { size: [112, 112] }],
    ['odd, 3 wide', { size: [15, 15], pads: pads([1, 1], [1, 1]) }],
    ['even, 5 wide', { size: [28, 28], kernel: 5, pads: pads([1, 2], [1, 2]) }],
    ['height even, width odd', { size: [28, 15], pads: pads([0, 1], [1, 1]) }],
    ['a stride of 1', { size: [28, 28], stride: 1, pads: pads([1, 1], [1, 1]) }],
  ])('leaves to the convolution what SAME pads: %s', (_, given) => {
    expect(padded(given)).toEqual({ padding: 'SAME', input: 'x', ops: [] });
  });

  it.each<[string, Case]>([
    ['more', { pads: pads([1, 1], [1, 1]) }],
    ['on the other side', { pads: pads([1, 0], [1, 0]) }],
    ['another number on one axis', { size: [112, 15] }],
    ['channels too', { pads: pads([0, 1], [0, 1], [0, 1]) }],
    ['a picture of any size', { size: [null, null] }],
    ['in front of a convolution that pads itself', { conv: { padding: attribute.text('SAME') } }],
    ['in front of a dilated one', { conv: { dilations: attribute.ints([1, 2, 2, 1]) } }],
    ['in front of one with channels first', { conv: { data_format: attribute.text('NCHW') } }],
  ])('keeps a padding with %s', (_, given) => {
    const before = given.conv?.['padding'] ? 'SAME' : 'VALID';
    expect(padded(given)).toEqual({ padding: before, input: 'pad', ops: ['Pad'] });
  });

  it('keeps what another op takes', () => {
    const behind = [node('Relu', 'relu', ['pad'])];
    expect(padded({ behind })).toEqual({ padding: 'SAME', input: 'x', ops: ['Pad', 'Relu'] });
  });

  describe('follows the size of a picture', () => {
    const conv = (stride: number, padding: string) =>
      node('DepthwiseConv2dNative', 'c', ['x', 'kernel'], moving(stride, padding));
    it.each<[string, readonly NodeDef[], number]>([
      ['activations and biases', [node('BiasAdd', 'b', ['x', 'bias']), node('Relu6', 'r', ['b'])], 28],
      ['a convolution that pads', [conv(2, 'SAME')], 55],
      ['one that does not', [conv(2, 'VALID')], 57],
      [
        'a pooling',
        [node('MaxPool', 'p', ['x'], { ...moving(2, 'VALID'), ksize: attribute.ints([1, 3, 3, 1]) })],
        57,
      ],
      ['a sum', [node('Relu', 'r', ['x']), node('AddV2', 's', ['x', 'r'])], 28],
      ['a product with a number for each channel', [node('Mul', 'm', ['one', 'x'])], 28],
      ['a gate of no known size', [node('Reshape', 'g', ['x', 'pads']), node('Mul', 'm', ['g', 'x'])], 28],
    ])('through %s', (_, before, size) => {
      expect(padded({ before, size: [size, size] })).toMatchObject({
        padding: 'SAME',
        input: before.at(-1)!.name,
      });
      expect(padded({ before, size: [size + (size === 28 ? 1 : 2), size] })).toMatchObject({
        padding: 'VALID',
      });
    });

    it('but not through what may change it', () => {
      const before = [node('Reshape', 'r', ['x', 'pads'])];
      expect(padded({ before })).toMatchObject({ padding: 'VALID', input: 'pad' });
    });
  });
});
