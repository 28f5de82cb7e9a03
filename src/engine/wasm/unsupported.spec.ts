import { constantNode, float32Node } from '../../graph/constant.js';
import { attribute, makeNode } from '../../graph/nodes.js';
import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { refusalOf } from './unsupported.js';

const typed = (op: string, dtype: DataType, attr: NodeDef['attr'] = {}) =>
  makeNode(op, 'a/node', [], { T: attribute.type(dtype), ...attr });

const float = (op: string, attr: NodeDef['attr'] = {}) => typed(op, DataType.DT_FLOAT, attr);
const int64s = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);

describe('what WebAssembly cannot run is named with its op and node', () => {
  it.each<[NodeDef, string]>([
    [float('Betainc'), 'is not one that the WebAssembly runtime has'],
    [float('constructor'), 'is not one that the WebAssembly runtime has'],
    [float('FakeQuantWithMinMaxVars'), 'is not one that the WebAssembly runtime has'],
    [typed('Relu', DataType.DT_DOUBLE), 'needs float64, which WebAssembly does not compute with'],
    [typed('Relu', DataType.DT_HALF), 'needs float16, which WebAssembly does not compute with'],
    [typed('AddV2', DataType.DT_INT64), 'is of int64, which the WebAssembly runtime does not have it for'],
    [typed('AddV2', DataType.DT_UINT8), 'is of uint8, which the WebAssembly runtime does not have it for'],
    [typed('ReverseV2', DataType.DT_BOOL), 'is of bool, which the WebAssembly runtime does not have it for'],
    [
      constantNode('a/node', { dataType: DataType.DT_INT64, shape: [1], bytes: int64s(2n ** 40n) }),
      'has a value that does not fit into 32 bits',
    ],
    [
      float('Conv2D', { data_format: attribute.text('NCHW') }),
      'has the layout NCHW; WebAssembly has channels last only',
    ],
    [float('FusedBatchNormV3'), 'is in training mode, with statistics of the batch'],
    [
      float('MaxPool', { padding: attribute.text('EXPLICIT') }),
      'has explicit paddings, which WebAssembly lacks',
    ],
    [
      float('Einsum', { equation: attribute.text('...a,ab->...b') }),
      'has an equation that WebAssembly has no product for',
    ],
    [
      makeNode('Cast', 'a/node', [], {
        SrcT: attribute.type(DataType.DT_FLOAT),
        DstT: attribute.type(DataType.DT_INT8),
      }),
      'makes int8, which WebAssembly does not compute with',
    ],
  ])('%#', (node, reason) => {
    const fine = float32Node('w', [1], Float32Array.of(1));
    expect(refusalOf([fine, node])).toBe(
      `the op ${node.op} (node a/node) ${reason}. Native TensorFlow runs it: npm run tensorflow installs that.`,
    );
  });

  it('and nothing else is', () => {
    const shape = constantNode('s', { dataType: DataType.DT_INT64, shape: [2], bytes: int64s(-1n, 3n) });
    expect(refusalOf([shape, float('Relu'), typed('Transpose', DataType.DT_UINT8)])).toBeNull();
  });
});
