import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { FlatGraph } from './flat-graph.js';
import { attribute, makeNode } from './nodes.js';

const T = attribute.type(DataType.DT_FLOAT);

const tensor = (name: string) => ({
  name,
  dtype: 'float32',
  dataType: DataType.DT_FLOAT,
  shape: null,
  nodes: [`${name}:0`],
});

/** A graph of one signature that takes the float32 placeholder x among `nodes`, and answers the `answered` of them as y0, y1 and so on. */
export function graphAnswering(nodes: readonly NodeDef[], answered: readonly string[]): FlatGraph {
  const outputs = answered.map((_, index) => tensor(`y${index}`));
  return {
    nodes: [...nodes, ...answered.map((name, index) => makeNode('Identity', `y${index}`, [name], { T }))],
    signatures: new Map([['serve', { inputs: [tensor('x')], outputs, methodName: '' }]]),
  };
}
