import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { type FlatGraph, NotFlatError, parseInput } from './flat-graph.js';

/** Who gives and who takes each tensor of a flat graph, as it is. */
export class GraphIndex {
  private readonly byName: ReadonlyMap<string, NodeDef>;
  private readonly consumers = new Map<string, NodeDef[]>();

  constructor(readonly graph: FlatGraph) {
    this.byName = new Map(graph.nodes.map((node) => [node.name, node]));
    for (const node of graph.nodes) {
      for (const input of node.input) {
        const { node: producer } = parseInput(input);
        const list = this.consumers.get(producer);
        if (list) list.push(node);
        else this.consumers.set(producer, [node]);
      }
    }
  }

  /** The node that gives an input, and which of its outputs it is. */
  producer(input: string): { readonly node: NodeDef; readonly output: number } {
    const { node: name, output } = parseInput(input);
    const node = this.byName.get(name);
    if (!node) throw new Error(`This is a bug. There is no node ${name}.`);
    return { node, output };
  }

  /** The nodes that take one of a node's outputs, each as often as it takes one. Signatures' outputs are nodes as well. */
  consumersOf({ name }: NodeDef): readonly NodeDef[] {
    return this.consumers.get(name) ?? [];
  }

  /**
   * The nodes, each after those that it takes from.
   * @throws NotFlatError if there is a cycle
   */
  inOrder(): NodeDef[] {
    const order: NodeDef[] = [];
    const entered = new Set<NodeDef>();
    const done = new Set<NodeDef>();
    for (const start of this.graph.nodes) {
      const open = [start];
      for (let node = open.at(-1); node; node = open.at(-1)) {
        if (!entered.has(node)) {
          entered.add(node);
          for (const input of node.input) {
            const { node: producer } = this.producer(input);
            if (done.has(producer)) continue;
            if (entered.has(producer)) throw new NotFlatError(`Its node ${producer.name} depends on itself.`);
            open.push(producer);
          }
          continue;
        }
        open.pop();
        if (done.has(node)) continue;
        done.add(node);
        order.push(node);
      }
    }
    return order;
  }
}

/** The graph without the nodes that no signature needs. */
export function pruned(graph: FlatGraph): FlatGraph {
  const { nodes, signatures } = graph;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const open = [...signatures.values()].flatMap(({ inputs, outputs }) =>
    [...inputs, ...outputs].map((tensor) => parseInput(tensor.nodes[0]!).node),
  );
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const input of byName.get(name)?.input ?? []) open.push(parseInput(input).node);
  }
  return { ...graph, nodes: nodes.filter(({ name }) => needed.has(name)) };
}
