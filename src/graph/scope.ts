import type { FunctionDef, NodeDef } from '../saved-model/proto/graph_pb.js';
import { quote } from '../saved-model/saved-model.errors.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import { NotFlatError, parseInput } from './flat-graph.js';
import { outputNumber } from './pure-ops.js';

/** The graph itself, or one call of a function: where names of nodes have their meaning. */
export interface Scope {
  /** What the names of its nodes begin with in the flat graph. */
  readonly prefix: string;
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly call: Call | null;
}

interface Call {
  readonly node: NodeDef;
  readonly from: Scope;
  readonly definition: FunctionDef;
  /** Which of the node's inputs is the function's first argument. */
  readonly first: number;
}

/** A node's output that is neither an alias of another nor a call's. */
export interface Source {
  readonly scope: Scope;
  readonly node: NodeDef;
  readonly output: number;
}

/** Ops whose output is their input; a placeholder's that is not fed is its default. */
const ALIASES = new Set([
  'Identity',
  'IdentityN',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'PlaceholderWithDefault',
]);

const CALLS = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

/** The attributes that name the function which a node calls, or one of the two. */
type Callee = 'f' | 'then_branch' | 'else_branch';

/** Bounds on what a small file can ask for: functions that call each other twice double with each level. */
const MAX_CALLS = 20_000;
const MAX_STEPS = 10_000_000;
/** Aliases and calls in a row; a longer one comes back to where it began. */
const MAX_CHAIN = 10_000;
/** Names grow with each call within a call. */
const MAX_PREFIX = 4096;

/** Sees through a SavedModel's aliases and function calls, to the nodes that compute. */
export class Scopes {
  readonly root: Scope;
  private readonly calls = new Map<Scope, Map<string, Scope>>();
  private callCount = 0;
  private steps = 0;

  constructor(private readonly model: SavedModelFile) {
    this.root = { prefix: '', nodes: byName(model.graph.node), call: null };
  }

  /**
   * What an input of a node in `scope` stands for. `stop`: whether to go no further at an output of the graph itself.
   * @throws NotFlatError
   */
  resolve(scope: Scope, input: string, stop: (tensor: string) => boolean = () => false): Source {
    for (let chain = 0; ; chain++) {
      if (chain > MAX_CHAIN) throw new NotFlatError(`Its tensor ${quote(input)} leads back to itself.`);
      if (++this.steps > MAX_STEPS) throw new NotFlatError('Its functions are too many to be inlined.');
      const argument = this.argument(scope, input);
      if (argument) {
        ({ scope, input } = argument);
        continue;
      }
      const source = this.named(scope, input);
      const { node, output } = source;
      if (scope.call === null && stop(`${node.name}:${output}`)) return source;
      if (ALIASES.has(node.op)) {
        input = dataInput(node, output);
        continue;
      }
      if (!this.isCall(node)) return source;
      scope = this.enter(scope, node);
      input = returned(scope, output);
    }
  }

  isCall({ op }: NodeDef): boolean {
    return CALLS.has(op) || this.model.functions.has(op);
  }

  /** The output of one branch of an `If`, as an input of a node within it. @throws NotFlatError */
  branch(from: Scope, node: NodeDef, callee: Callee, output: number): { scope: Scope; input: string } {
    const scope = this.enter(from, node, callee);
    return { scope, input: returned(scope, output) };
  }

  /** The scope of a call. @throws NotFlatError */
  enter(from: Scope, node: NodeDef, callee: Callee = 'f'): Scope {
    let within = this.calls.get(from);
    if (!within) this.calls.set(from, (within = new Map()));
    const key = `${node.name}:${callee}`;
    let scope = within.get(key);
    if (!scope) {
      if (++this.callCount > MAX_CALLS) throw new NotFlatError('Its functions are too many to be inlined.');
      const definition = this.called(node, callee);
      const isBranch = callee !== 'f';
      const prefix = `${from.prefix}${node.name}/${isBranch ? `${callee}/` : ''}`;
      if (prefix.length > MAX_PREFIX) throw new NotFlatError('Its functions call each other too deeply.');
      const call = { node, from, definition, first: isBranch ? 1 : 0 };
      scope = { prefix, nodes: byName(definition.nodeDef), call };
      within.set(key, scope);
    }
    return scope;
  }

  private called(node: NodeDef, callee: Callee): FunctionDef {
    const value = node.attr[callee]?.value;
    const isNamed = callee !== 'f' || CALLS.has(node.op);
    const name = isNamed ? (value?.case === 'func' ? value.value.name : '') : node.op;
    const definition = this.model.functions.get(name);
    if (!definition) throw new NotFlatError(`Its node ${node.name} calls a function that is not there.`);
    const { inputArg = [], outputArg = [] } = definition.signature ?? {};
    // An argument that stands for several tensors would shift those after it.
    if (
      [...inputArg, ...outputArg].some(
        ({ numberAttr, typeListAttr }) => numberAttr !== '' || typeListAttr !== '',
      )
    )
      throw new NotFlatError(`Its function ${name} takes or gives a list of tensors.`);
    return definition;
  }

  /** The caller's input behind an argument; `null` if `input` is none. */
  private argument({ call }: Scope, input: string): { scope: Scope; input: string } | null {
    if (!call || input.includes(':')) return null;
    const index = (call.definition.signature?.inputArg ?? []).findIndex(({ name }) => name === input);
    return index < 0 ? null : { scope: call.from, input: dataInput(call.node, call.first + index) };
  }

  private named(scope: Scope, input: string): Source {
    if (scope.call === null) {
      const { node: name, output } = parseInput(input);
      return { scope, node: nodeNamed(scope, name), output };
    }
    const [name = '', argument = '', index = '0'] = input.split(':');
    const node = nodeNamed(scope, name);
    if (this.isCall(node)) {
      const names = (this.enter(scope, node).call!.definition.signature?.outputArg ?? []).map(
        (out) => out.name,
      );
      // `PartitionedCall` itself has one output, a list; a function called by its name has those that it names.
      const output = CALLS.has(node.op) ? Number(index) : names.indexOf(argument);
      return { scope, node, output };
    }
    return { scope, node, output: outputNumber(node.op, argument, Number(index)) };
  }
}

/** The tensor, in the callee's names, that is a call's output. */
function returned({ call }: Scope, output: number): string {
  const { signature, ret } = call!.definition;
  const name = signature?.outputArg[output]?.name;
  const tensor = name === undefined ? undefined : ret[name];
  if (tensor === undefined) throw new NotFlatError(`Its node ${call!.node.name} has no output ${output}.`);
  return tensor;
}

/** A node's input by its number. */
export function dataInput(node: NodeDef, index: number): string {
  const input = node.input[index];
  if (input === undefined || input.startsWith('^'))
    throw new NotFlatError(`Its node ${node.name} lacks an input.`);
  return input;
}

function nodeNamed(scope: Scope, name: string): NodeDef {
  const node = scope.nodes.get(name);
  if (!node) throw new NotFlatError(`Its graph has no node ${scope.prefix}${name}, though another names it.`);
  return node;
}

function byName(nodes: readonly NodeDef[]): ReadonlyMap<string, NodeDef> {
  return new Map(nodes.map((node) => [node.name, node]));
}
