import type { VariablesBundle } from '../saved-model/bundle.js';
import type { VariableEntry } from '../saved-model/bundle-index.js';
import { ALLOWED_OPS } from '../saved-model/op-allow-list.js';
import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { canonical } from '../saved-model/reach.js';
import { quote } from '../saved-model/saved-model.errors.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { type ChangedVariables, changedVariables } from './changed-variables.js';
import { constantNode, int32Node, stringsNode } from './constant.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { attribute, cleaned, makeNode, ownAttributes, placeholderNode } from './nodes.js';
import { lacksInputs, whyImpure } from './pure-ops.js';
import { dataInput, type Scope, Scopes, type Source } from './scope.js';
import { type RestoredVariables, restoredFrom, variableKey } from './variables.js';

const MAX_NODES = 500_000;

/** Ops that read a variable whole. */
const READS = new Set(['ReadVariableOp', 'VariableV2']);

/** Ops that run one function or another; a flat graph has none, a sketch both. */
const CHOICES = new Set(['If', 'StatelessIf']);

interface ReadVariable {
  /** The name of the constant that takes its place. */
  readonly name: string;
  readonly dataType: DataType;
  /** `null` where its value is not known. */
  readonly entry: VariableEntry | null;
  readonly isRecovered: boolean;
}

export interface FlatteningOptions {
  /** Whether the signatures that are not flat are run as well, and may change variables. */
  readonly othersRun: boolean;
  /** Ops that may be there although they are not pure, for whoever does not run the graph. */
  readonly passing: ReadonlySet<string>;
  /** Whether variables may be read whose values are not known. */
  readonly mayBeUnknown: boolean;
}

/** Adds signatures, one by one, to a flat graph. */
export class Flattening {
  readonly nodes: NodeDef[] = [];
  private readonly scopes: Scopes;
  private readonly names = new Set<string>();
  /** The flat constant of each variable that is read, by `variableKey`. */
  private readonly read = new Map<string, ReadVariable>();
  private origins: { readonly restored: RestoredVariables; readonly changed: ChangedVariables } | undefined;

  constructor(
    private readonly model: SavedModelFile,
    private readonly variables: VariablesBundle | null,
    private readonly options: FlatteningOptions,
  ) {
    this.scopes = new Scopes(model);
  }

  /** Adds all that a signature computes to the graph. */
  signature(name: string, { inputs, outputs, methodName }: SavedSignature): SavedSignature {
    const fed = new Map<string, string>();
    const prefix = this.unused(cleaned(name));
    const placeholders = inputs.map((tensor) => {
      const placeholder = this.placeholder(`${prefix}/${cleaned(tensor.name)}`, tensor);
      fed.set(canonical(tensor.nodes[0]!), placeholder.name);
      return { ...tensor, nodes: [`${placeholder.name}:0`] };
    });
    const part = new SignaturePart(this, this.scopes, fed, prefix);
    const ends = outputs.map((tensor) => {
      const source = part.tensor(tensor.nodes[0]!);
      const node = makeNode('Identity', this.unused(`${prefix}/${cleaned(tensor.name)}`), [source], {
        T: attribute.type(tensor.dataType),
      });
      this.add(node);
      return { ...tensor, nodes: [`${node.name}:0`] };
    });
    return { inputs: placeholders, outputs: ends, methodName };
  }

  add(node: NodeDef): void {
    if (this.nodes.length >= MAX_NODES)
      throw new NotFlatError('It has too many nodes once its functions are inlined.');
    this.nodes.push(node);
  }

  /** `name`, or one like it that no node has yet. */
  unused(name: string): string {
    let candidate = name;
    for (let count = 1; this.names.has(candidate); count++) candidate = `${name}_${count}`;
    this.names.add(candidate);
    return candidate;
  }

  /** The name of the constant that takes a variable's place; the same for every signature. */
  variable(variable: NodeDef, dataType: DataType): string {
    const { name, op } = variable;
    if (op !== 'VarHandleOp' && op !== 'VariableV2')
      throw new NotFlatError(`It reads a variable that is not its own (node ${quote(name)}).`);
    const key = variableKey(variable);
    let constant = this.read.get(key);
    if (!constant) this.read.set(key, (constant = this.known(key, name, dataType)));
    if (constant.dataType !== dataType)
      throw new NotFlatError(`It reads its variable ${quote(name)} as two dtypes.`);
    return constant.name;
  }

  /** The constants of the variables that `nodes` read. */
  async constants(
    nodes: readonly NodeDef[],
    mostBytes: number,
  ): Promise<{ constants: NodeDef[]; recovered: boolean }> {
    const needed = new Set(nodes.flatMap(({ input }) => input));
    const read = [...this.read.values()].filter(({ name }) => needed.has(name));
    const constants: NodeDef[] = [];
    for (const { name, dataType, entry } of read) {
      constants.push(
        entry === null
          ? placeholderNode(name, { dataType, shape: null })
          : entry.size > mostBytes
            ? placeholderNode(name, entry)
            : dataType === DataType.DT_STRING
              ? stringsNode(name, entry.shape, await this.variables!.readStrings(entry.name))
              : constantNode(name, {
                  dataType,
                  shape: entry.shape,
                  bytes: await this.variables!.read(entry.name),
                }),
      );
    }
    return { constants, recovered: read.some(({ isRecovered }) => isRecovered) };
  }

  private known(key: string, variable: string, dataType: DataType): ReadVariable {
    try {
      return this.restored(key, variable, dataType);
    } catch (error) {
      if (!(error instanceof NotFlatError) || !this.options.mayBeUnknown) throw error;
      return {
        name: this.unused(`variables/${cleaned(variable)}`),
        dataType,
        entry: null,
        isRecovered: false,
      };
    }
  }

  /** @throws NotFlatError if what was saved of it is not what runs find */
  private restored(key: string, variable: string, dataType: DataType): ReadVariable {
    const { restored, changed } = (this.origins ??= {
      restored: restoredFrom(this.model),
      changed: changedVariables(this.model, this.options.othersRun),
    });
    const change = changed.known.get(key) ?? changed.any;
    if (change !== null) throw new NotFlatError(change);
    const entry = this.variables?.entries.get(restored.keys.get(key) ?? '');
    if (!entry) throw new NotFlatError(`Its variable ${quote(variable)} has no saved value.`);
    if (entry.dataType !== dataType)
      throw new NotFlatError(
        `Its variable ${quote(variable)} was saved as ${entry.dtype} and is read as another dtype.`,
      );
    const name = this.unused(`variables/${cleaned(variable)}`);
    return { name, dataType, entry, isRecovered: restored.recovered.has(key) };
  }

  /** Refuses what a run executes besides pure ops and reading variables, be it only waited for. */
  refuseImpure({ inputs, outputs }: SavedSignature): void {
    const fed = new Set(inputs.map(({ nodes }) => canonical(nodes[0]!)));
    const roots = outputs.map(({ nodes }) => nodes[0]!);
    for (const { scope, node } of executed(this.scopes, roots, (tensor) => fed.has(tensor))) {
      if (this.scopes.isCall(node) || node.op === 'VarHandleOp' || this.mayPass(node)) continue;
      const why =
        whyImpure(node.op) ?? (ALLOWED_OPS.has(node.op) ? null : 'is not one that this server knows');
      if (why !== null)
        throw new NotFlatError(`Its op ${node.op} (node ${quote(scope.prefix + node.name)}) ${why}.`);
    }
  }

  /** Also a branch that does nothing else, as those of TensorFlow's assertions. */
  private mayPass({ op, attr }: NodeDef): boolean {
    const { passing } = this.options;
    if (passing.size === 0 || passing.has(op)) return passing.has(op);
    if (!CHOICES.has(op)) return false;
    const branches = ['then_branch', 'else_branch'].map((key) => attr[key]?.value);
    return branches.every((value) => {
      const functions = this.model.functions;
      const nodes = value?.case === 'func' ? functions.get(value.value.name)?.nodeDef : undefined;
      return nodes?.every((node) => passing.has(node.op) || (isPure(node.op) && !this.scopes.isCall(node)));
    });
  }

  private placeholder(name: string, tensor: SavedTensor): NodeDef {
    const node = placeholderNode(this.unused(name), tensor);
    this.add(node);
    return node;
  }
}

function isPure(op: string): boolean {
  return whyImpure(op) === null && ALLOWED_OPS.has(op);
}

interface OpenNode {
  readonly scope: Scope;
  readonly node: NodeDef;
  /** Its name in the flat graph. */
  readonly name: string;
}

/** What one signature computes. It has its own copy of every node, since others may feed other tensors. */
class SignaturePart {
  private readonly flatNames = new Map<Scope, Map<string, string>>();
  private readonly open: OpenNode[] = [];

  constructor(
    private readonly flat: Flattening,
    private readonly scopes: Scopes,
    private readonly fed: ReadonlyMap<string, string>,
    private readonly prefix: string,
  ) {}

  /** Adds the tensor of the graph, with all that it needs. Gives its name in the flat graph. */
  tensor(name: string): string {
    const tensor = this.input(this.scopes.root, name);
    for (let next = this.open.pop(); next; next = this.open.pop()) {
      if (next.node.op === 'ResourceGather') this.gather(next);
      else this.copy(next);
    }
    return tensor;
  }

  private copy({ scope, node, name }: OpenNode): void {
    const inputs = node.input
      .filter((input) => !input.startsWith('^'))
      .map((input) => this.input(scope, input));
    if (lacksInputs(node.op, inputs.length))
      throw new NotFlatError(`Its node ${quote(node.name)} lacks an input.`);
    this.flat.add(makeNode(node.op, name, inputs, ownAttributes(node)));
  }

  /** Rows of a variable become rows of its constant. */
  private gather({ scope, node, name }: OpenNode): void {
    const { batch_dims: batchDims, dtype, Tindices } = ownAttributes(node);
    if (!dtype || !Tindices || (batchDims?.value.value ?? 0n) !== 0n)
      throw new NotFlatError(`Its op ResourceGather (node ${quote(name)}) gathers in batches.`);
    const axis = int32Node(this.flat.unused(`${name}/axis`), [], [0]);
    const inputs = [this.variable({ scope, node }), this.input(scope, dataInput(node, 1)), axis.name];
    const attributes = { Tparams: dtype, Tindices, Taxis: attribute.type(DataType.DT_INT32) };
    this.flat.add(axis);
    this.flat.add(makeNode('GatherV2', name, inputs, attributes));
  }

  private input(scope: Scope, input: string): string {
    const source = this.scopes.resolve(scope, input, (tensor) => this.fed.has(tensor));
    const { node, output } = source;
    const isGraph = source.scope.call === null;
    const placeholder = isGraph ? this.fed.get(`${node.name}:${output}`) : undefined;
    if (placeholder !== undefined) return placeholder;
    if (READS.has(node.op)) return this.variable(source);
    if (CHOICES.has(node.op)) return this.choice(source);
    const name = this.nameOf(source);
    return output === 0 ? name : `${name}:${output}`;
  }

  private variable({ scope, node }: Pick<Source, 'scope' | 'node'>): string {
    const handle = node.op === 'VariableV2' ? node : this.scopes.resolve(scope, dataInput(node, 0)).node;
    const dataType = node.attr['dtype']?.value;
    return this.flat.variable(handle, dataType?.case === 'type' ? dataType.value : DataType.DT_INVALID);
  }

  /** One branch's output or the other's. */
  private choice({ scope, node, output }: Source): string {
    const key = `${node.name}:${output}`;
    let names = this.flatNames.get(scope);
    if (!names) this.flatNames.set(scope, (names = new Map()));
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = this.flat.unused(cleaned(`${this.prefix}/${scope.prefix}${node.name}_${output}`));
    names.set(key, name);
    const inputs = (['then_branch', 'else_branch'] as const).map((callee) => {
      const end = this.scopes.branch(scope, node, callee, output);
      return this.input(end.scope, end.input);
    });
    this.flat.add(makeNode('SelectV2', name, [this.input(scope, dataInput(node, 0)), ...inputs]));
    return name;
  }

  private nameOf({ scope, node }: Source): string {
    let names = this.flatNames.get(scope);
    if (!names) this.flatNames.set(scope, (names = new Map()));
    let name = names.get(node.name);
    if (name === undefined) {
      name = this.flat.unused(cleaned(`${this.prefix}/${scope.prefix}${node.name}`));
      names.set(node.name, name);
      this.open.push({ scope, node, name });
    }
    return name;
  }
}
