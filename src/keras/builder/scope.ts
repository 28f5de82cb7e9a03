import { attribute } from '../../graph/nodes.js';
import { constantNode, float32Node, int32Node } from '../../graph/constant.js';
import type { AttrValue } from '../../saved-model/proto/graph_pb.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import type { GraphBuilder } from './graph-builder.js';
import { type Shape, Tensor } from './tensor.js';

export type Attributes = Readonly<Record<string, AttrValue>>;

export const FLOAT = attribute.type(DataType.DT_FLOAT);
export const INT32 = attribute.type(DataType.DT_INT32);

/** Where one call of a layer adds its nodes, under the layer's name. */
export class Scope {
  constructor(
    private readonly graph: GraphBuilder,
    readonly name: string,
  ) {}

  /** Adds a node with the attribute `T`, float32. */
  op(op: string, inputs: readonly Tensor[], shape: Shape, attributes: Attributes = {}): Tensor {
    return this.node(op, inputs, shape, { T: FLOAT, ...attributes });
  }

  /** Adds a node with the attributes given and no others. */
  node(op: string, inputs: readonly Tensor[], shape: Shape, attributes: Attributes): Tensor {
    const names = inputs.map(({ name }) => name);
    return new Tensor(this.graph.add(op, `${this.name}/${op}`, names, attributes), shape);
  }

  floats(name: string, shape: readonly number[], values: Float32Array): Tensor {
    return new Tensor(
      this.graph.addNode(`${this.name}/${name}`, (free) => float32Node(free, shape, values)),
      shape,
    );
  }

  scalar(value: number, name = 'Const'): Tensor {
    return this.floats(name, [], Float32Array.of(value));
  }

  /** A list of sizes, axes and the like. */
  ints(name: string, values: readonly number[]): Tensor {
    if (values.some((value) => Math.abs(value) >= 2 ** 31)) {
      throw new KerasFault(`makes a tensor of absurd size at ${quote(this.name)}`);
    }
    return new Tensor(
      this.graph.addNode(`${this.name}/${name}`, (free) => int32Node(free, [values.length], values)),
      [values.length],
    );
  }

  /** A matrix of whole numbers, each row a pair. */
  matrix(name: string, rows: readonly (readonly [number, number])[]): Tensor {
    const bytes = new Uint8Array(Int32Array.from(rows.flat()).buffer);
    const constant = { dataType: DataType.DT_INT32, shape: [rows.length, 2], bytes };
    return new Tensor(
      this.graph.addNode(`${this.name}/${name}`, (free) => constantNode(free, constant)),
      [rows.length, 2],
    );
  }

  int(name: string, value: number): Tensor {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    const constant = { dataType: DataType.DT_INT32, shape: [], bytes };
    return new Tensor(
      this.graph.addNode(`${this.name}/${name}`, (free) => constantNode(free, constant)),
      [],
    );
  }
}
