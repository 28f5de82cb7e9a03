import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { graphAnswering } from './answering.fixture.js';
import { float32Node, int32Node } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { fuse } from './fuse.js';
import { attribute, makeNode } from './nodes.js';

const T = attribute.type(DataType.DT_FLOAT);
const zeros = (...shape: number[]) => new Float32Array(shape.reduce((product, size) => product * size, 1));

const node = (op: string, name: string, inputs: string[], attr: NodeDef['attr'] = {}) =>
  makeNode(op, name, inputs, { T, ...attr });

const conv = (input: string, attr: NodeDef['attr'] = {}) =>
  node('Conv2D', 'conv', [input, 'kernel'], {
    strides: attribute.ints([1, 1, 1, 1]),
    padding: attribute.text('VALID'),
    ...attr,
  });

/** x -> the nodes -> the last of them as the output y; with others answered too. */
function graphOf(nodes: readonly NodeDef[], alsoAnswered: readonly string[] = []): FlatGraph {
  const own = [
    node('Placeholder', 'x', [], { dtype: T }),
    float32Node('kernel', [3, 3, 4, 5], zeros(3, 3, 4, 5)),
    float32Node('weights', [4, 5], zeros(4, 5)),
    float32Node('bias', [5], zeros(5)),
    float32Node('bias4', [1, 1, 1, 5], zeros(5)),
    float32Node('scalar', [], zeros()),
    int32Node('pads', [4, 2], [0, 0, 1, 2, 3, 4, 0, 0]),
    int32Node('batchPads', [4, 2], [1, 0, 0, 0, 0, 0, 0, 0]),
  ];
  return graphAnswering([...own, ...nodes], [nodes.at(-1)!.name, ...alsoAnswered]);
}

/** The computing nodes of the fused graph, as `name = op(inputs)`. */
function fused(nodes: readonly NodeDef[], alsoAnswered: readonly string[] = []): string[] {
  return fuse(graphOf(nodes, alsoAnswered))
    .nodes.filter(({ op }) => !['Placeholder', 'Const', 'Identity'].includes(op))
    .map(({ op, name, input }) => `${name} = ${op}(${input.join(', ')})`);
}

const textsOf = (attr: NodeDef['attr'][string] | undefined): string[] =>
  attr?.value.case === 'list' ? attr.value.value.s.map((text) => Buffer.from(text).toString()) : [];

describe('fuse', () => {
  it('makes one op of convolution, bias and activation, in the place of the last', () => {
    const nodes = [conv('x'), node('BiasAdd', 'b', ['conv', 'bias']), node('Relu6', 'r', ['b'])];
    expect(fused(nodes)).toEqual(['r = _FusedConv2D(x, kernel, bias)']);
    const one = fuse(graphOf(nodes)).nodes.find(({ name }) => name === 'r')!;
    expect(textsOf(one.attr['fused_ops'])).toEqual(['BiasAdd', 'Relu6']);
    expect(one.attr['num_args']).toEqual(attribute.int(1));
    expect(one.attr['strides']).toEqual(attribute.ints([1, 1, 1, 1]));
  });

  it('does so without the one or the other', () => {
    expect(fused([conv('x'), node('BiasAdd', 'b', ['conv', 'bias'])])).toEqual([
      'b = _FusedConv2D(x, kernel, bias)',
    ]);
    expect(fused([conv('x'), node('Elu', 'r', ['conv'])])).toEqual(['r = _FusedConv2D(x, kernel)']);
    expect(fused([conv('x')])).toEqual(['conv = Conv2D(x, kernel)']);
  });

  it('takes matrix products too, and the addition of a constant on either side for a bias', () => {
    const product = node('MatMul', 'm', ['x', 'weights']);
    expect(fused([product, node('AddV2', 'a', ['bias', 'm'])])).toEqual([
      'a = _FusedMatMul(x, weights, bias)',
    ]);
    expect(fused([conv('x'), node('AddV2', 'a', ['conv', 'bias4'])])).toEqual([
      'a = _FusedConv2D(x, kernel, a/bias)',
    ]);
  });

  it('leaves alone what is no number for each channel', () => {
    expect(fused([conv('x'), node('AddV2', 'a', ['conv', 'scalar'])])).toHaveLength(2);
    expect(fused([conv('x'), node('AddV2', 'a', ['conv', 'x'])])).toHaveLength(2);
    const product = node('MatMul', 'm', ['x', 'weights']);
    expect(fused([product, node('AddV2', 'a', ['m', 'bias4'])])).toHaveLength(2); // It makes four dimensions of two.
    expect(fused([conv('x'), node('AddV2', 'a', ['conv', 'conv'])])).toHaveLength(2);
  });

  it('keeps what another op takes, and what is answered', () => {
    const nodes = [conv('x'), node('BiasAdd', 'b', ['conv', 'bias']), node('Relu', 'r', ['b'])];
    expect(fused(nodes, ['b'])).toEqual(['b = _FusedConv2D(x, kernel, bias)', 'r = Relu(b)']);
    expect(fused(nodes, ['conv'])).toEqual([
      'conv = Conv2D(x, kernel)',
      'b = BiasAdd(conv, bias)',
      'r = Relu(b)',
    ]);
    expect(fused([...nodes, node('Mul', 'm', ['r', 'b'])])).toEqual([
      'b = _FusedConv2D(x, kernel, bias)',
      'r = Relu(b)',
      'm = Mul(r, b)',
    ]);
  });

  it('leaves what the kernels do not compute: other activations, channels first, other dtypes', () => {
    expect(fused([conv('x'), node('Tanh', 't', ['conv'])])).toHaveLength(2);
    const first = conv('x', { data_format: attribute.text('NCHW') });
    expect(fused([first, node('Relu', 'r', ['conv'])])).toHaveLength(2);
    const whole = conv('x', { T: attribute.type(DataType.DT_INT32) });
    expect(fused([whole, node('Relu', 'r', ['conv'])])).toHaveLength(2);
    const depthwise = makeNode('DepthwiseConv2dNative', 'd', ['x', 'kernel'], conv('x').attr);
    expect(fused([depthwise, node('LeakyRelu', 'r', ['d'])])).toHaveLength(2);
    expect(fused([depthwise, node('Relu', 'r', ['d'])])).toEqual([
      'r = FusedDepthwiseConv2dNative(x, kernel)',
    ]);
  });

  it('takes a padding with zeros into the convolution behind it, and keeps it for others', () => {
    const nodes = [node('Pad', 'p', ['x', 'pads']), conv('p')];
    expect(fused(nodes)).toEqual(['conv = Conv2D(x, kernel)']);
    const one = fuse(graphOf(nodes)).nodes.find(({ name }) => name === 'conv')!;
    expect(one.attr['padding']).toEqual(attribute.text('EXPLICIT'));
    expect(one.attr['explicit_paddings']).toEqual(attribute.ints([0, 0, 1, 2, 3, 4, 0, 0]));
    expect(fused([...nodes, node('Relu', 'r', ['p'])], ['conv'])).toEqual([
      'p = Pad(x, pads)',
      'conv = Conv2D(x, kernel)',
      'r = Relu(p)',
    ]);
  });

  it('leaves paddings that a convolution cannot have', () => {
    expect(fused([node('Pad', 'p', ['x', 'batchPads']), conv('p')])).toHaveLength(2);
    expect(fused([node('Pad', 'p', ['x', 'x']), conv('p')])).toHaveLength(2);
    const same = conv('p', { padding: attribute.text('SAME') });
    expect(fused([node('Pad', 'p', ['x', 'pads']), same])).toHaveLength(2);
  });
});
