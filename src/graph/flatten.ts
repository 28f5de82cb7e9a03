import type { VariablesBundle } from '../saved-model/bundle.js';
import { INIT_OP_SIGNATURE } from '../saved-model/init-op.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { type FlatGraph, NotFlatError } from './flat-graph.js';
import { pruned } from './graph-index.js';
import { Flattening } from './flattening.js';

/** Dtypes that no engine is given: they refer to something in a session. */
const REFERENCES = new Set([DataType.DT_RESOURCE, DataType.DT_VARIANT]);

export interface FlattenOptions {
  /** Variables of more are not read: they are placeholders, for whoever does not look at their values. All are by default. */
  readonly mostBytes?: number;
  /** Whether the signatures that are not flat are run as well, and may change variables: `true` by default. */
  readonly othersRun?: boolean;
  /** Ops that may be there although they are not pure, for whoever does not run the graph: none by default. */
  readonly passing?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** What of a model is flat. */
export interface Flattened {
  readonly graph: FlatGraph;
  /** Why the other signatures are not, as sentences. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Makes a SavedModel one flat graph: the functions that its signatures call are inlined, its variables are constants,
 * and nothing is left that no signature needs. Each signature is judged by what it reaches from what is fed.
 * @param variables `null` if the model has none
 * @throws NotFlatError if all signatures compute with what is not pure: loops, tables, random numbers, changing variables
 * @throws SavedModelError if a variable is damaged
 */
export async function flatten(
  model: SavedModelFile,
  variables: VariablesBundle | null,
  { mostBytes = Infinity, othersRun = true, passing = NONE }: FlattenOptions = {},
): Promise<Flattened> {
  const flattening = new Flattening(model, variables, { othersRun, passing, mayBeUnknown: false });
  const signatures = new Map<string, SavedSignature>();
  const others = new Map<string, string>();
  for (const [name, signature] of carried(model)) {
    try {
      flattening.refuseImpure(signature);
      signatures.set(name, flattening.signature(name, signature));
    } catch (error) {
      if (!(error instanceof NotFlatError)) throw error;
      others.set(name, error.message);
    }
  }
  if (signatures.size === 0) throw new NotFlatError(reasonOf(others));
  const { nodes } = pruned({ nodes: flattening.nodes, signatures }); // Some were for signatures that turned out not to be flat.
  const { constants, recovered } = await flattening.constants(nodes, mostBytes);
  return { graph: { nodes: [...nodes, ...constants], signatures, ...(recovered && { recovered }) }, others };
}

function reasonOf(others: ReadonlyMap<string, string>): string {
  const [first = 'It has no signature of dense tensors.'] = others.values();
  return others.get('serving_default') ?? first;
}

/** The signatures that a flat graph can have. */
export function carried({ signatures }: SavedModelFile): [string, SavedSignature][] {
  return [...signatures].filter(([name, signature]) => name !== INIT_OP_SIGNATURE && canBeCarried(signature));
}

function canBeCarried({ inputs, outputs }: SavedSignature): boolean {
  return [...inputs, ...outputs].every(
    ({ nodes, dataType }) => nodes.length === 1 && !REFERENCES.has(dataType),
  );
}
