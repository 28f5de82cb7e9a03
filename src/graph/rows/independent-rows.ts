import type { NodeDef } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import type { SavedSignature, SavedTensor } from '../../saved-model/signature.js';
import { constantOf } from '../constant.js';
import { type FlatGraph, NotFlatError, parseInput } from '../flat-graph.js';
import { GraphIndex } from '../graph-index.js';
import { whyImpure } from '../pure-ops.js';
import { wholeNumbers } from '../reshaped-constant.js';
import { attributesOf } from './attributes.js';
import { CONTRACTION_RULES } from './contraction-rules.js';
import { ELEMENTWISE_RULES } from './elementwise-rules.js';
import { INDEXING_RULES } from './indexing-rules.js';
import { LAYOUT_RULES } from './layout-rules.js';
import { NUMBERS_RULES } from './numbers-rules.js';
import { REDUCTION_RULES } from './reduction-rules.js';
import { fixed, inRows, isConstant, NotApartError, RowNode, type RowValue } from './row-value.js';
import type { RowRule } from './row-rule.js';
import { BATCH, known, named, type Size } from './size.js';
import { SLICING_RULES } from './slicing-rules.js';
import { WINDOW_RULES } from './window-rules.js';

/** Whether a signature answers each row of a request by this row alone, so that requests may share a run; if not, why, as a sentence. */
export type RowReport =
  { readonly independent: true } | { readonly independent: false; readonly reason: string };

/** What is known of a tensor; a sentence where it is that rows are not known to be kept apart. */
type Known = RowValue | string;

const RULES: Readonly<Record<string, RowRule>> = {
  ...ELEMENTWISE_RULES,
  ...WINDOW_RULES,
  ...CONTRACTION_RULES,
  ...REDUCTION_RULES,
  ...LAYOUT_RULES,
  ...SLICING_RULES,
  ...INDEXING_RULES,
  ...NUMBERS_RULES,
};

/** Nodes of more elements are no axes or sizes. */
const MAX_ELEMENTS = 64;

/**
 * Follows the rows of each signature's inputs to its outputs, by a rule for each op. An op without one is taken to mix them, unless all
 * that it takes is the same for all requests.
 */
export function independentRows(graph: FlatGraph): ReadonlyMap<string, RowReport> {
  const { signatures } = graph;
  const walk = new Walk(graph);
  return new Map([...signatures].map(([name, signature]) => [name, reportOf(walk, signature)]));
}

function reportOf(walk: Walk, { inputs, outputs }: SavedSignature): RowReport {
  const reason = closedShape(inputs, outputs) ?? outputs.map((tensor) => walk.faultOf(tensor)).find(isText);
  return reason === undefined ? { independent: true } : { independent: false, reason };
}

type Shaped = Pick<SavedTensor, 'name' | 'shape'>;

/** Of the first tensor that has no axis for rows, that it has none. */
export function closedShape(inputs: readonly Shaped[], outputs: readonly Shaped[]): string | undefined {
  const input = inputs.find(isClosed);
  if (input) return closed(`input ${quote(input.name)}`, 'takes');
  const output = outputs.find(isClosed);
  return output && closed(`output ${quote(output.name)}`, 'gives');
}

function isClosed({ shape }: Shaped): boolean {
  return shape === null || shape[0] !== null;
}

function closed(tensor: string, verb: string): string {
  return `Its ${tensor} has no first dimension of any size, and so ${verb} no rows of several requests.`;
}

class Walk {
  private readonly values = new Map<string, Known | readonly Known[]>();

  constructor(graph: FlatGraph) {
    const fed = new Map(
      [...graph.signatures.values()].flatMap(({ inputs }) =>
        inputs.map((tensor) => [parseInput(tensor.nodes[0]!).node, tensor] as const),
      ),
    );
    let order: readonly NodeDef[] = [];
    try {
      order = new GraphIndex(graph).inOrder();
    } catch (error) {
      if (!(error instanceof NotFlatError)) throw error; // Of what has a cycle nothing is known.
    }
    for (const node of order) {
      const tensor = fed.get(node.name);
      this.values.set(node.name, tensor ? rowsOf(tensor) : this.after(node));
    }
  }

  /** Why an output does not have its row for each of the rows that go in. */
  faultOf({ name, nodes }: SavedTensor): string | undefined {
    const value = this.value(nodes[0]!);
    if (typeof value === 'string') return value;
    const rows = value.axis === 0 && value.rounds === 1 ? value.shape?.[0] : undefined;
    // Where it is not known how many there are for each, the answer tells.
    const isOneEach = rows !== undefined && rows.batch === 1 && (rows.factor === 1 || rows.names.length > 0);
    return isOneEach
      ? undefined
      : `Its output ${quote(name)} does not have one row for each row of its inputs.`;
  }

  private value(input: string): Known {
    const { node, output } = parseInput(input);
    const value = this.values.get(node);
    if (value === undefined) return 'Its graph runs in a circle.';
    if (typeof value === 'string' || !Array.isArray(value)) return value as Known;
    return (value as readonly Known[])[output] ?? `Its node ${quote(node)} has no output ${output}.`;
  }

  private after(node: NodeDef): Known | readonly Known[] {
    if (node.op === 'Const') return constantValue(node);
    if (node.op === 'Placeholder') return fixed(declared(node)); // A large variable's.
    const inputs: RowValue[] = [];
    for (const input of node.input) {
      const value = this.value(input);
      if (typeof value === 'string') return value;
      inputs.push(value);
    }
    try {
      return ruled(node, inputs);
    } catch (error) {
      if (!(error instanceof NotApartError)) throw error;
      return `Its op ${node.op} (node ${quote(node.name)}) ${error.message}.`;
    }
  }
}

/** @throws NotApartError */
function ruled(node: NodeDef, inputs: readonly RowValue[]): RowValue | readonly RowValue[] {
  const { op } = node;
  const why = PASSING.has(op) ? null : whyImpure(op);
  if (why !== null) throw new NotApartError(why);
  const rule = Object.hasOwn(RULES, op) ? RULES[op] : undefined;
  const isSameForAll = inputs.every(isConstant);
  if (!rule && isSameForAll) return fixed(null);
  if (!rule) throw new NotApartError('is not known to keep rows apart');
  try {
    return rule(new RowNode(op, node.name, attributesOf(node), inputs));
  } catch (error) {
    if (!(error instanceof NotApartError) || !isSameForAll) throw error;
    return fixed(null); // No row went in, whatever it is.
  }
}

/** What only fails or prints: it changes no row. */
export const PASSING: ReadonlySet<string> = new Set(['CheckNumerics', 'CheckNumericsV2', 'Assert', 'Print']);

function rowsOf({ shape, name }: SavedTensor): Known {
  if (shape === null || shape[0] !== null)
    return `Its input ${quote(name)} has no first dimension of any size.`;
  const sizes = shape.map((size, axis): Size =>
    axis === 0 ? BATCH : size === null ? named(`${name}:${axis}`) : known(size),
  );
  return inRows(sizes, 0);
}

function constantValue(node: NodeDef): RowValue {
  const value = node.attr['value']?.value;
  if (value?.case !== 'tensor') return fixed(null);
  const shape = (value.value.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const count = shape.reduce((product, size) => product * size, 1);
  const isWhole = [DataType.DT_INT32, DataType.DT_INT64].includes(value.value.dtype);
  const constant = isWhole && count <= MAX_ELEMENTS ? constantOf(node) : null;
  return fixed(shape.map(known), (constant && wholeNumbers(constant)?.map(known)) ?? null);
}

function declared(node: NodeDef): readonly Size[] | null {
  const shape = node.attr['shape']?.value;
  if (shape?.case !== 'shape' || shape.value.unknownRank) return null;
  return shape.value.dim.map(({ size }, axis) =>
    size < 0n ? named(`${node.name}:${axis}`) : known(Number(size)),
  );
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
