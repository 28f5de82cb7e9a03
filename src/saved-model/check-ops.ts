import { ALLOWED_OPS } from './op-allow-list.js';
import type { NodeDef } from './proto/graph_pb.js';
import { isSaverOp, Saver } from './saver.js';
import { quote } from './saved-model.errors.js';
import type { SavedModelFile } from './saved-model-file.js';
import { harmOf } from './unsafe-ops.js';

/** More would tell nobody more. */
const MAX_REFUSALS = 100;

/** An op that the model may not have, and the first node that has it. */
export interface OpRefusal {
  readonly op: string;
  readonly node: string;
  /** Name of the function that has the node; `null` for the graph itself. */
  readonly function: string | null;
  /** What the op can do, as a predicate. */
  readonly harm: string;
}

/** One sentence for the user: the ops, where they are, what they can do, and the remedy. */
export function refusalSentence(refusals: readonly OpRefusal[]): string {
  const [only, another] = refusals;
  if (!only) throw new Error('This is a bug. Nothing is refused.');
  if (!another)
    return `The op ${placed(only)} ${only.harm}; add it to allowOps in model.yaml if you trust this model.`;
  const harms = [...new Set(refusals.map(({ harm }) => harm))];
  const parts = harms.map((harm) => {
    const ops = refusals.filter((one) => one.harm === harm);
    return `${ops.map(placed).join(', ')} ${harm}`;
  });
  const names = refusals.map(({ op }) => plain(op)).join(', ');
  return `The ops ${parts.join('; ')}. Add them to allowOps in model.yaml if you trust this model: [${names}].`;
}

/**
 * Holds every node of the graph and of every function, called or not, against the list of allowed ops.
 *
 * Beside the list are admitted: what saves and restores the variables, if it is nothing but the saver's (see
 * `Saver`); `PrintV2` to the standard streams; a function of the library called by its name. Pure; takes
 * time in proportion to the model.
 * @param allowOps more ops, by name, that the user trusts wherever they are
 * @returns one for each op, the first hundred, in the model's order; none if the model may be loaded
 */
export function checkOps(model: SavedModelFile, allowOps: readonly string[]): OpRefusal[] {
  const saver = new Saver(model);
  const trusted = new Set(allowOps);
  const refusals = new Map<string, OpRefusal>();
  const check = (nodes: readonly NodeDef[], where: string | null): void => {
    for (const node of nodes) {
      if (refusals.has(node.op) || trusted.has(node.op) || ALLOWED_OPS.has(node.op)) continue;
      if (node.op === 'PrintV2' && printsToStandardStream(node)) continue;
      if (isSaverOp(node.op) && saver.owns(node, where)) continue;
      // TensorFlow looks for an op's name in the library first.
      if (model.functions.has(node.op) && harmOf(node.op) === null) continue;
      refusals.set(node.op, refused(node, where));
      if (refusals.size === MAX_REFUSALS) return;
    }
  };
  check(model.graph.node, null);
  for (const [name, { nodeDef }] of model.functions) {
    if (refusals.size < MAX_REFUSALS) check(nodeDef, name);
  }
  return [...refusals.values()];
}

/** Without the attribute it is `stderr`; a placeholder would take the value from whoever calls the function. */
function printsToStandardStream({ attr }: NodeDef): boolean {
  const value = attr['output_stream']?.value;
  if (value === undefined) return true;
  return value.case === 's' && ['stderr', 'stdout'].includes(Buffer.from(value.value).toString('utf8'));
}

function refused({ op, name }: NodeDef, where: string | null): OpRefusal {
  return {
    op,
    node: name,
    function: where,
    harm: harmOf(op) ?? 'is not one that image models are known to need',
  };
}

function placed({ op, node, function: where }: OpRefusal): string {
  const place = where === null ? `node ${plain(node)}` : `node ${plain(node)} in function ${plain(where)}`;
  return `${plain(op)} (${place})`;
}

/** A name as it is, if it looks like one of TensorFlow's; or else in quotes. */
function plain(name: string): string {
  return /^[\w.<>/\\-]{1,120}$/.test(name) ? name : quote(name);
}
