import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { float32Node } from './constant.js';
import type { FlatGraph } from './flat-graph.js';
import { attribute, makeNode } from './nodes.js';

export const T = attribute.type(DataType.DT_FLOAT);

export const node = (op: string, name: string, input: string[], attr: NodeDef['attr'] = {}): NodeDef =>
  makeNode(op, name, input, { T, ...attr });
export const floats = (name: string, shape: number[], ...values: number[]): NodeDef =>
  float32Node(name, shape, Float32Array.from(values));
export const number = (name: string, value: number): NodeDef => floats(name, [], value);

/** A graph that takes `x` and answers what `last` gives. */
export function graphOf(
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
export function chain(...steps: string[]): NodeDef[] {
  return steps.flatMap((step, index) => {
    const [, before, op = '', after] = /^(\S+ )?([A-Z]\w+)( \S+)?$/.exec(step)!;
    const values = (before ?? after ?? '').trim().split(',').map(Number);
    const constant = floats(`c${index}`, values.length === 1 ? [] : [values.length], ...values);
    const input = index === 0 ? 'x' : `s${index - 1}`;
    return [constant, node(op, `s${index}`, before ? [constant.name, input] : [input, constant.name])];
  });
}
