import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { dataInput, type Scope, Scopes, type Source } from './scope.js';

const WRITES = new Set(['AssignVariableOp', 'Assign']);

/** Where the values of a model's variables are. */
export interface RestoredVariables {
  /** The entry of the variables bundle for each, by `variableKey`. */
  readonly keys: ReadonlyMap<string, string>;
  /** Those among them that loading does not restore: TensorFlow's own loader leaves them without a value. */
  readonly recovered: ReadonlySet<string>;
}

/**
 * Which entry of the variables bundle each variable of the graph is restored from: found by following what
 * the loader itself runs, the restore op.
 * @throws NotFlatError if it cannot be followed
 */
export function restoredFrom(model: SavedModelFile): RestoredVariables {
  const scopes = new Scopes(model);
  const restored = new Map<string, string>();
  const restores = new RestoreOps(scopes);
  for (const { scope, node } of executed(scopes, [model.metaGraph.saverDef?.restoreOpName ?? ''])) {
    if (!WRITES.has(node.op)) continue;
    const variable = scopes.resolve(scope, dataInput(node, 0)).node;
    const value = scopes.resolve(scope, dataInput(node, 1));
    if (value.node.op !== 'RestoreV2')
      throw new NotFlatError(`Its variable ${variable.name} is not restored as it was saved.`);
    const { keys, slices } = restores.read(value);
    const key = keys[value.output];
    if (key === undefined || slices[value.output] !== '')
      throw new NotFlatError(`Its variable ${variable.name} is restored from a slice of another.`);
    restored.set(variableKey(variable), key);
  }
  return recover(scopes, restored);
}

/**
 * `tf.saved_model.save` of a Keras 3 model saves copies of its variables and restores these, while its signatures read the variables that
 * they were copied from; TensorFlow's Python finds its way by other means. The value of such a variable is that of its copy, as the
 * node that initialises the copy tells.
 */
function recover(scopes: Scopes, keys: Map<string, string>): RestoredVariables {
  const recovered = new Set<string>();
  for (const node of scopes.root.nodes.values()) {
    if (node.op !== 'AssignVariableOp') continue;
    const copy = scopes.resolve(scopes.root, dataInput(node, 0)).node;
    const read = scopes.resolve(scopes.root, dataInput(node, 1)).node;
    const key = keys.get(variableKey(copy));
    if (key === undefined || read.op !== 'ReadVariableOp') continue;
    const own = variableKey(scopes.resolve(scopes.root, dataInput(read, 0)).node);
    if (keys.has(own)) continue;
    keys.set(own, key);
    recovered.add(own);
  }
  return { keys, recovered };
}

/** What makes two nodes the same variable: the name that they share, or else the node's own. */
export function variableKey({ name, attr }: NodeDef): string {
  const [shared, container] = ['shared_name', 'container'].map((key) => {
    const value = attr[key]?.value;
    return value?.case === 's' ? Buffer.from(value.value).toString('utf8') : '';
  });
  return JSON.stringify([container, shared || name]);
}

interface RestoreOp {
  /** The entry of the bundle for each output. */
  readonly keys: readonly string[];
  readonly slices: readonly string[];
}

/** Restore ops, each read once: one mostly restores all variables. */
class RestoreOps {
  private readonly known = new Map<Scope, Map<NodeDef, RestoreOp>>();

  constructor(private readonly scopes: Scopes) {}

  read({ scope, node }: Pick<Source, 'scope' | 'node'>): RestoreOp {
    let within = this.known.get(scope);
    if (!within) this.known.set(scope, (within = new Map()));
    let op = within.get(node);
    if (!op) {
      op = { keys: texts(this.scopes, scope, node, 1), slices: texts(this.scopes, scope, node, 2) };
      within.set(node, op);
    }
    return op;
  }
}

/** The strings of a node's constant input. */
function texts(scopes: Scopes, scope: Scope, node: NodeDef, index: number): string[] {
  const value = scopes.resolve(scope, dataInput(node, index)).node.attr['value']?.value;
  const strings = value?.case === 'tensor' ? value.value.stringVal : [];
  return strings.map((string) => Buffer.from(string).toString('utf8'));
}
