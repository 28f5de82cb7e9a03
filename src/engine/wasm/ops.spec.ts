import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import type { FlatGraph } from '../../graph/flat-graph.js';
import { fuse } from '../../graph/fuse.js';
import { simplify } from '../../graph/simplify.js';
import { type NodeDef, GraphDefSchema } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { type DType, NUMBER_ARRAYS, type Tensor } from '../tensor.js';
import { startBackend } from './backend.js';
import { registerCustomOps } from './custom-ops.js';
import { separateGroups } from './grouped-convolutions.js';
import { makeGraphModel, modelName } from './graph-model.js';
import { mendKernels } from './kernels.js';
import { DYNAMIC_OPS, WASM_OPS } from './ops.js';
import { createTensor, readTensor } from './tensors.js';
import { refusalOf } from './unsupported.js';

interface Encoded {
  readonly dtype: Exclude<DType, 'string'>;
  readonly shape: readonly number[];
  readonly data: string;
}

/** What TensorFlow 2.20 answers: `scripts/models/wasm_ops.py`. */
interface Case {
  readonly name: string;
  /** With all attributes, and without those that have their default. */
  readonly graphs: readonly string[];
  readonly inputs: Readonly<Record<string, Encoded>>;
  readonly outputs: Readonly<Record<string, Encoded>>;
}

function casesOf(file: string): Case[] {
  const url = new URL(`../../../test/fixtures/${file}`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(url)).toString('utf8')) as Case[];
}

const CASES = casesOf('wasm-ops.json.gz');
/** The same with tensors that have no elements. */
const EMPTY_CASES = casesOf('wasm-empty-ops.json.gz');

const backend = await startBackend();
registerCustomOps(backend);
mendKernels(backend.tf);
const { tf } = backend;

function decoded({ dtype, shape, data }: Encoded): Tensor {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return { dtype, shape, data: new NUMBER_ARRAYS[dtype](bytes.buffer) };
}

function flat(graph: string, { inputs, outputs }: Case): FlatGraph {
  const nodes = fromBinary(GraphDefSchema, Buffer.from(graph, 'base64')).node.filter(
    ({ op }) => op !== 'NoOp',
  );
  for (const node of nodes) node.input = node.input.filter((input) => !input.startsWith('^'));
  const tensors = (of: Case['inputs']) =>
    Object.keys(of).map((name) => ({
      name,
      dtype: of[name]!.dtype,
      dataType: DataType.DT_INVALID,
      shape: null,
      nodes: [name],
    }));
  const signature = { inputs: tensors(inputs), outputs: tensors(outputs), methodName: '' };
  return { nodes, signatures: new Map([['serve', signature]]) };
}

async function answers(nodes: readonly NodeDef[], { inputs, outputs }: Case): Promise<Tensor[]> {
  expect(refusalOf(nodes)).toBeNull();
  const model = makeGraphModel(backend, nodes);
  const node = (tensor: string) => modelName(tensor.replace(/:0$/, ''));
  const feeds = Object.entries(inputs).map(([name, value]) => {
    return [node(name), createTensor(tf, name, decoded(value))] as const;
  });
  const fetches = Object.keys(outputs).map(node);
  const fed = Object.fromEntries(feeds);
  const dynamic = nodes.some(({ op }) => DYNAMIC_OPS.has(op));
  const answered = dynamic ? await model.executeAsync(fed, fetches) : model.execute(fed, fetches);
  const list = Array.isArray(answered) ? answered : [answered];
  const read = Object.values(outputs).map(({ dtype }, index) => readTensor(tf, list[index]!, dtype));
  tf.dispose(list);
  tf.dispose(fed);
  model.dispose();
  return read;
}

/** How far apart two tensors are, in relation to the numbers of the first, or to 1 if those are smaller. */
function distance(expected: Tensor, found: Tensor): number {
  const wanted = Array.from(expected.data as Iterable<number | bigint>, Number);
  const given = Array.from(found.data as Iterable<number | bigint>, Number);
  const apart = wanted.map((number, index) => {
    const other = given[index]!;
    if (Object.is(number, other) || number === other) return 0;
    const difference = Math.abs(number - other) / Math.max(1, Math.abs(number));
    return Number.isNaN(difference) ? Infinity : difference;
  });
  return Math.max(0, ...apart);
}

describe('every op on WebAssembly gives TensorFlow’s numbers', () => {
  it.each([...CASES, ...EMPTY_CASES].map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const graphs = one.graphs.map((graph) => flat(graph, one));
    const before = tf.memory();
    for (const { nodes } of graphs.flatMap((graph) => [
      separateGroups(graph),
      fuse(separateGroups(graph)),
      fuse(separateGroups(simplify(graph))),
    ])) {
      const found = await answers(nodes, one);
      Object.values(one.outputs).forEach((value, index) => {
        const expected = decoded(value);
        expect([...found[index]!.shape]).toEqual(expected.shape);
        expect(distance(expected, found[index]!)).toBeLessThan(2e-5);
      });
    }
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
  });

  it('and has a case here', () => {
    const graphs = CASES.map((one) => flat(one.graphs[0]!, one));
    const nodes = graphs.flatMap((graph) => [...graph.nodes, ...fuse(graph).nodes]);
    const tried = new Set(nodes.map(({ op }) => op));
    expect(WASM_OPS.filter((op) => !tried.has(op))).toEqual([]);
  });
});
