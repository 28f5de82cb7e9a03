import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { WrittenVariable } from '../saved-model/write-bundle.js';
import { constantOf, stringsNode } from './constant.js';
import { attribute, makeNode, takeName } from './nodes.js';

/**
 * From so many bytes on a weight is a variable in what is written for TensorFlow, whose optimiser copies constants again and again: with all
 * of its weights as constants ResNet50 (100 MB of them) took 1.3 GB more and 1.2 s longer to start. A constant kernel is kept reordered by oneDNN,
 * which made it 5 % faster; what small kernels gain by that stays.
 */
const LARGE_BYTES = 4 * 2 ** 20;

/** A graph with variables for its large weights. */
export interface GraphWithVariables {
  readonly nodes: readonly NodeDef[];
  readonly variables: readonly WrittenVariable[];
  /** The nodes by which the loader restores the variables; `null` if there are none. */
  readonly saver: { readonly filename: string; readonly restoreOp: string } | null;
}

export function withLargeWeightsAsVariables(
  nodes: readonly NodeDef[],
  limit = LARGE_BYTES,
): GraphWithVariables {
  const names = new Set(nodes.map(({ name }) => name));
  const unused = (wanted: string): string => takeName(names, wanted);
  const variables: WrittenVariable[] = [];
  const result: NodeDef[] = [];
  const restoring: NodeDef[] = [];
  const filename = unused('saver/filename');
  for (const node of nodes) {
    const value = constantOf(node);
    if (!value || value.bytes.length < limit) {
      result.push(node);
      continue;
    }
    variables.push({ name: node.name, ...value });
    const type = { dtype: attribute.type(value.dataType) };
    const handle = makeNode('VarHandleOp', unused(`${node.name}/variable`), [], {
      ...type,
      shape: attribute.shape(value.shape),
      shared_name: attribute.text(node.name),
    });
    result.push(handle, makeNode('ReadVariableOp', node.name, [handle.name], type));
    const key = stringsNode(unused(`${node.name}/key`), [1], [Buffer.from(node.name)]);
    const slice = stringsNode(unused(`${node.name}/slice`), [1], [Buffer.alloc(0)]);
    const dtypes = { dtypes: attribute.types([value.dataType]) };
    const saved = makeNode(
      'RestoreV2',
      unused(`${node.name}/saved`),
      [filename, key.name, slice.name],
      dtypes,
    );
    const assigned = unused(`${node.name}/restore`);
    restoring.push(
      key,
      slice,
      saved,
      makeNode('AssignVariableOp', assigned, [handle.name, saved.name], type),
    );
  }
  if (variables.length === 0) return { nodes, variables, saver: null };
  const assignments = restoring.filter(({ op }) => op === 'AssignVariableOp').map(({ name }) => `^${name}`);
  const restoreOp = makeNode('NoOp', unused('saver/restore_all'), assignments);
  const text = { dtype: attribute.type(DataType.DT_STRING), shape: attribute.shape([]) };
  const saver = { filename: `${filename}:0`, restoreOp: restoreOp.name };
  return {
    nodes: [...result, makeNode('Placeholder', filename, [], text), ...restoring, restoreOp],
    variables,
    saver,
  };
}
