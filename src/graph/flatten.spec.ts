import { create, toBinary } from '@bufbuild/protobuf';
import type { FunctionDef, NodeDef } from '../saved-model/proto/graph_pb.js';
import {
  AttrValueSchema,
  FunctionDefSchema,
  GraphDefSchema,
  NodeDefSchema,
} from '../saved-model/proto/graph_pb.js';
import { SavedModelSchema } from '../saved-model/proto/saved_model_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { openVariables } from '../saved-model/bundle.js';
import { parseSavedModel, readSavedModel } from '../saved-model/saved-model-file.js';
import { constantOf, float32Values } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { flatten } from './flatten.js';
import { attribute, makeNode } from './nodes.js';
import { simplify } from './simplify.js';

const FLOAT = { T: attribute.type(DataType.DT_FLOAT) };

/** A function of one argument `x` and one output `y`, which is `ret`. */
function fn(name: string, nodes: NodeDef[], ret: string): FunctionDef {
  return create(FunctionDefSchema, {
    signature: {
      name,
      inputArg: [{ name: 'x', type: DataType.DT_FLOAT }],
      outputArg: [{ name: 'y', type: DataType.DT_FLOAT }],
    },
    nodeDef: nodes,
    ret: { y: ret },
  });
}

function call(name: string, callee: string, input: string): NodeDef {
  const f = create(AttrValueSchema, { value: { case: 'func', value: { name: callee } } });
  return create(NodeDefSchema, { name, op: 'PartitionedCall', input: [input], attr: { f } });
}

/** A model whose signature takes `x` and gives the graph's node `y`. */
async function flattened(nodes: NodeDef[], functions: FunctionDef[] = []): Promise<FlatGraph> {
  const tensor = (name: string): object => ({
    encoding: { case: 'name', value: `${name}:0` },
    dtype: DataType.DT_FLOAT,
    tensorShape: { dim: [{ size: -1n }] },
  });
  const graphDef = create(GraphDefSchema, {
    node: [makeNode('Placeholder', 'x', [], { dtype: attribute.type(DataType.DT_FLOAT) }), ...nodes],
    library: { function: functions },
  });
  const model = create(SavedModelSchema, {
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'] },
        graphDef,
        signatureDef: { serving_default: { inputs: { x: tensor('x') }, outputs: { y: tensor('y') } } },
      },
    ],
  });
  const { graph } = await flatten(parseSavedModel(toBinary(SavedModelSchema, model)), null);
  return graph;
}

const ops = ({ nodes }: FlatGraph): string =>
  nodes
    .map(({ op }) => op)
    .toSorted()
    .join(' ');

describe('a flat graph', () => {
  it('has the body of a function for each of its calls', async () => {
    const square = fn('square', [makeNode('Mul', 'm', ['x', 'x'], FLOAT)], 'm:z:0');
    const nodes = [
      call('a', 'square', 'x'),
      call('b', 'square', 'a'),
      makeNode('Identity', 'y', ['b:0'], FLOAT),
    ];
    expect(ops(await flattened(nodes, [square]))).toBe('Identity Mul Mul Placeholder');
  });

  it('has nothing of what no output needs', async () => {
    const nodes = [makeNode('Neg', 'unused', ['x'], FLOAT), makeNode('Exp', 'y', ['x'], FLOAT)];
    expect(ops(await flattened(nodes))).toBe('Exp Identity Placeholder');
  });

  it('gives an output that is an input a node of its own', async () => {
    const graph = await flattened([makeNode('Identity', 'y', ['x'], FLOAT)]);
    const { inputs, outputs } = graph.signatures.get('serving_default')!;
    expect(inputs[0]!.nodes).not.toEqual(outputs[0]!.nodes);
  });
});

describe('a graph that cannot be flat', () => {
  it.each<[string, NodeDef[], FunctionDef[], RegExp]>([
    [
      'waits for an assertion',
      [makeNode('Assert', 'a', []), makeNode('Identity', 'y', ['x', '^a'], FLOAT)],
      [],
      /^Its op Assert \(node "a"\) checks values or prints them\.$/,
    ],
    [
      'calls a function that calls itself',
      [call('y', 'f', 'x')],
      [fn('f', [call('c', 'f', 'x')], 'c:output:0')],
      /^Its functions (call each other too deeply|are too many to be inlined)\.$/,
    ],
    [
      'calls a function that is not there',
      [call('y', 'gone', 'x')],
      [],
      /^Its node y calls a function that is not there\.$/,
    ],
    [
      'names a node that is not there',
      [makeNode('Neg', 'y', ['gone'], FLOAT)],
      [],
      /^Its graph has no node gone, though another names it\.$/,
    ],
    [
      'has an alias of itself',
      [makeNode('Identity', 'y', ['y'], FLOAT)],
      [],
      /^Its tensor "y" leads back to itself\.$/,
    ],
  ])('says so where it %s', async (_, nodes, functions, sentence) => {
    await expect(flattened(nodes, functions)).rejects.toMatchObject({
      name: 'NotFlatError',
      message: expect.stringMatching(sentence),
    });
  });

  it('says so where functions that call others twice would grow without end', async () => {
    const functions = Array.from({ length: 60 }, (_, level) =>
      fn(
        `f${level}`,
        level === 59
          ? [makeNode('Neg', 'b', ['x'], FLOAT)]
          : [call('a', `f${level + 1}`, 'x'), call('b', `f${level + 1}`, 'a:output:0')],
        level === 59 ? 'b:y:0' : 'b:output:0',
      ),
    );
    await expect(flattened([call('y', 'f0', 'x')], functions)).rejects.toMatchObject({
      name: 'NotFlatError',
    });
  });

  it('says so where a node depends on itself', async () => {
    const graph = await flattened([
      makeNode('AddV2', 'a', ['x', 'b'], FLOAT),
      makeNode('Neg', 'b', ['a'], FLOAT),
      makeNode('Exp', 'y', ['b'], FLOAT),
    ]);
    expect(() => simplify(graph)).toThrow(/^Its node \S+ depends on itself\.$/);
  });

  it('is no hindrance if it is only very deep', async () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) =>
      makeNode('Neg', index === 19_999 ? 'y' : `n${index}`, [index === 0 ? 'x' : `n${index - 1}`], FLOAT),
    );
    expect(simplify(await flattened(nodes)).nodes).toHaveLength(20_002);
  });
});

describe('a simpler graph', () => {
  it('has the arithmetic of constants done', async () => {
    const number = (name: string, value: number): NodeDef =>
      makeNode('Const', name, [], {
        dtype: attribute.type(DataType.DT_FLOAT),
        value: create(AttrValueSchema, {
          value: { case: 'tensor', value: { dtype: DataType.DT_FLOAT, floatVal: [value], tensorShape: {} } },
        }),
      });
    const graph = simplify(
      await flattened([
        number('a', 4),
        number('b', 12),
        makeNode('AddV2', 'sum', ['a', 'b'], FLOAT),
        makeNode('Rsqrt', 'root', ['sum'], FLOAT),
        makeNode('Mul', 'y', ['x', 'root'], FLOAT),
      ]),
    );
    expect(ops(graph)).toBe('Const Identity Mul Placeholder');
    const constant = constantOf(graph.nodes.find(({ op }) => op === 'Const')!)!;
    expect([...float32Values(constant)]).toEqual([0.25]);
  });

  it('computes once what is computed twice', async () => {
    const graph = simplify(
      await flattened([
        makeNode('Exp', 'a', ['x'], FLOAT),
        makeNode('Exp', 'b', ['x'], FLOAT),
        makeNode('Mul', 'y', ['a', 'b'], FLOAT),
      ]),
    );
    expect(ops(graph)).toBe('Exp Identity Mul Placeholder');
  });
});

it('Variables of more bytes than asked for are not read, and are placeholders of their shapes', async () => {
  const directory = 'test/fixtures/scaling/rescaling/1';
  const variables = await openVariables(directory);
  const { graph } = await flatten(await readSavedModel(directory), variables, { mostBytes: 64 });
  await variables?.close();
  const { nodes } = graph;
  const read = nodes.filter(({ name }) => name.startsWith('variables/'));
  // The biases of 4 and 3 numbers, the kernels of more.
  expect(read.map(({ op }) => op).toSorted()).toEqual(['Const', 'Const', 'Placeholder', 'Placeholder']);
  const sizes = read.flatMap(({ op, attr }) => {
    const shape = attr['shape']?.value;
    return op === 'Placeholder' && shape?.case === 'shape'
      ? [shape.value.dim.map(({ size }) => Number(size))]
      : [];
  });
  expect(sizes).toEqual(
    expect.arrayContaining([
      [3, 3, 3, 4],
      [96, 3],
    ]),
  );
});
