import type { AttrValue, NodeDef } from '../../saved-model/proto/graph_pb.js';
import { makeNode } from '../../graph/nodes.js';
import { KerasFault } from '../keras.errors.js';

/** NASNetMobile, of many small layers, makes 2,100. */
const MAX_NODES = 200_000;

const MAX_NAME = 500;

/** The nodes of a graph as they come, under names that are TensorFlow's and each taken once. */
export class GraphBuilder {
  readonly nodes: NodeDef[] = [];
  /** Every name, and the number with which the next one like it is tried. */
  private readonly taken = new Map<string, number>();

  /**
   * @param wanted the name, if it is free
   * @returns the name
   */
  add(
    op: string,
    wanted: string,
    inputs: readonly string[],
    attr: Readonly<Record<string, AttrValue>>,
  ): string {
    const name = this.freeName(wanted);
    this.push(makeNode(op, name, inputs, attr));
    return name;
  }

  /** @param make a node of the name that it is given */
  addNode(wanted: string, make: (name: string) => NodeDef): string {
    const name = this.freeName(wanted);
    this.push(make(name));
    return name;
  }

  private push(node: NodeDef): void {
    if (this.nodes.length >= MAX_NODES) throw new KerasFault(`makes a graph of more than ${MAX_NODES} nodes`);
    this.nodes.push(node);
  }

  /** TensorFlow has names of `[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*`; Keras takes any. */
  private freeName(wanted: string): string {
    const name = wanted
      .slice(0, MAX_NAME)
      .replace(/[^A-Za-z0-9_./-]/g, '_')
      .replace(/^[^A-Za-z0-9.]/, '.$&');
    let free = name;
    while (this.taken.has(free)) {
      const times = this.taken.get(name) ?? 1;
      this.taken.set(name, times + 1);
      free = `${name}_${times}`;
    }
    this.taken.set(free, 1);
    return free;
  }
}
