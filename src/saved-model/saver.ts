import type { NodeDef } from './proto/graph_pb.js';
import { FedPath } from './fed-path.js';
import { initRoots } from './init-op.js';
import type { SavedModelFile } from './saved-model-file.js';
import { graphTensors } from './signature.js';
import { nodeOf, type Reach, reach } from './reach.js';

const SAVES = new Set([
  'Save',
  'SaveSlices',
  'SaveV2',
  'MergeV2Checkpoints',
  'ShardedFilename',
  'ShardedFilespec',
]);
const RESTORES = new Set(['Restore', 'RestoreSlice', 'RestoreV2']);

/** Whether the op belongs to those that save and restore variables. */
export function isSaverOp(op: string): boolean {
  return SAVES.has(op) || RESTORES.has(op);
}

/**
 * Says of a model's saving and restoring nodes which are only the saver's, that writes and reads the variables.
 *
 * Loading runs the restore op and the init op, and serving runs the signatures. So a node that saves must be in reach
 * of none of these. One that restores may be in reach of the restore op alone, and then its path must be the one
 * that the loader feeds. In the graph such a node must also be in reach of the saver's own names;
 * a function of the library that nothing reaches never runs.
 */
export class Saver {
  private readonly served: Reach;
  private readonly restored: Reach;
  private readonly all: Reach;
  private readonly path: FedPath;

  constructor(model: SavedModelFile) {
    const { saverDef } = model.metaGraph;
    const restoreOp = saverDef?.restoreOpName ?? '';
    this.served = reach(model, servedRoots(model));
    this.restored = reach(model, [restoreOp]);
    this.all = reach(model, [restoreOp, saverDef?.saveTensorName ?? '']);
    this.path = new FedPath(model, this.restored, nodeOf(saverDef?.filenameTensorName ?? ''));
  }

  /** Whether the node, of the graph or of a function, is the saver's and nothing else's. */
  owns(node: NodeDef, where: string | null): boolean {
    const within = ({ nodes, functions }: Reach): boolean => {
      return where === null ? nodes.has(node.name) : functions.has(where);
    };
    if (within(this.served)) return false;
    if (where === null && !within(this.all)) return false;
    if (!within(this.restored)) return true;
    return RESTORES.has(node.op) && this.path.isFed(node.input[0] ?? '', where);
  }
}

function servedRoots(model: SavedModelFile): string[] {
  const roots = initRoots(model);
  for (const { inputs, outputs } of Object.values(model.metaGraph.signatureDef)) {
    for (const info of [...Object.values(inputs), ...Object.values(outputs)])
      roots.push(...graphTensors(info));
  }
  return roots;
}
