import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { canonical } from '../saved-model/reach.js';
import type { SavedSignature, SavedTensor } from '../saved-model/signature.js';
import { parseInput } from './flat-graph.js';
import { attribute, makeNode, takeName } from './nodes.js';

/** How an input is fed. */
export interface InputEdge {
  readonly tensor: SavedTensor;
  /** The tensor of the graph that is fed. */
  readonly feed: string;
  /** It is fed as a string: the serialised tensor. */
  readonly serialized: boolean;
  /** Where it can be fed as pixels instead; `null` if it cannot. */
  readonly pixels: PixelFeeds | null;
}

/** Three tensors to feed instead of the input, which is then `cast(bytes) * scale + shift` in float32, with TensorFlow's broadcasting. */
export interface PixelFeeds {
  readonly bytes: string;
  readonly scale: string;
  readonly shift: string;
}

export interface OutputEdge {
  readonly tensor: SavedTensor;
  readonly fetch: string;
  readonly serialized: boolean;
}

export interface EdgedSignature {
  readonly inputs: readonly InputEdge[];
  readonly outputs: readonly OutputEdge[];
  /** A scalar string that must be fed with an empty one; `null` if there is none. */
  readonly empty: string | null;
}

export interface EdgedGraph {
  readonly nodes: readonly NodeDef[];
  readonly signatures: ReadonlyMap<string, EdgedSignature>;
  /** Whether it is other than the graph that came in. */
  readonly changed: boolean;
}

export interface EdgeRules {
  /** Dtypes that can be fed as they are; others are fed serialised. */
  readonly fed: ReadonlySet<DataType>;
  readonly fetched: ReadonlySet<DataType>;
  /** Whether float32 inputs of rank 3 and 4 shall also take pixels. */
  readonly pixels: boolean;
}

/**
 * Gives a graph the edges that whoever runs it needs: inputs and outputs of dtypes that it cannot feed or fetch pass through
 * `ParseTensor` and `SerializeTensor`, which lose nothing, and pictures can be fed as bytes and are normalised by TensorFlow.
 * Every string that is fetched is one made for this run, so that whoever fetches it may free it: a constant's, a variable's or an input's own would
 * be the graph's.
 *
 * `nodes` may be a flat graph's or those of a SavedModel's own graph. Inputs may be fed anywhere, not only at placeholders: what took the
 * old tensor takes the new one.
 */
export function withEdges(
  nodes: readonly NodeDef[],
  signatures: ReadonlyMap<string, SavedSignature>,
  rules: EdgeRules,
): EdgedGraph {
  const edges = new Edges(nodes, rules);
  const edged = new Map<string, EdgedSignature>();
  for (const [name, { inputs, outputs }] of signatures) {
    const ends = outputs.map((tensor) => edges.output(tensor));
    const hasStrings = ends.some(
      ({ tensor, serialized }) => serialized || tensor.dataType === DataType.DT_STRING,
    );
    edged.set(name, {
      inputs: inputs.map((tensor) => edges.input(tensor)),
      outputs: ends,
      empty: hasStrings ? `${edges.empty()}:0` : null,
    });
  }
  return { nodes: edges.result(), signatures: edged, changed: edges.changed };
}

class Edges {
  private readonly added: NodeDef[] = [];
  /** The tensors that others take the place of. */
  private readonly instead = new Map<string, string>();
  private readonly made = new Map<string, InputEdge>();
  private readonly names: Set<string>;
  private emptyNode: string | undefined;

  constructor(
    private readonly nodes: readonly NodeDef[],
    private readonly rules: EdgeRules,
  ) {
    this.names = new Set(nodes.map(({ name }) => name));
  }

  get changed(): boolean {
    return this.added.length > 0;
  }

  input(tensor: SavedTensor): InputEdge {
    const own = canonical(tensor.nodes[0]!);
    const known = this.made.get(own); // Signatures may share an input.
    if (known) return { ...known, tensor };
    const edge = this.newInput(tensor, own);
    this.made.set(own, edge);
    return edge;
  }

  output(tensor: SavedTensor): OutputEdge {
    const own = tensor.nodes[0]!;
    const base = parseInput(own).node;
    const serialized = !this.rules.fetched.has(tensor.dataType);
    if (!serialized && tensor.dataType !== DataType.DT_STRING) return { tensor, fetch: own, serialized };
    const text = serialized
      ? this.add('SerializeTensor', `${base}/serialized`, [own], { T: attribute.type(tensor.dataType) })
      : own;
    // Joined with what nobody knows before the run, and so neither folded nor passed on as it is.
    const copy = this.add('StringJoin', `${base}/copy`, [text, this.empty()], { N: attribute.int(2) });
    return { tensor, fetch: `${copy}:0`, serialized };
  }

  /** The placeholder of the empty string. */
  empty(): string {
    this.emptyNode ??= this.placeholder('edge/empty', DataType.DT_STRING, []);
    return this.emptyNode;
  }

  result(): NodeDef[] {
    if (this.instead.size === 0) return [...this.nodes, ...this.added];
    // Those added as well: an output that was an input is taken from what took its place.
    return [...this.nodes, ...this.added].map((node) => {
      const input = node.input.map((name) => this.instead.get(canonical(name)) ?? name);
      const changed = input.some((name, index) => name !== node.input[index]);
      return changed ? create(NodeDefSchema, { ...node, input }) : node;
    });
  }

  private newInput(tensor: SavedTensor, own: string): InputEdge {
    const { dataType, shape } = tensor;
    const base = `${parseInput(own).node}/edge`;
    if (!this.rules.fed.has(dataType)) {
      const serialized = this.placeholder(`${base}/serialized`, DataType.DT_STRING, []);
      const type = { out_type: attribute.type(dataType) };
      const parsed = this.add('ParseTensor', `${base}/parsed`, [serialized], type);
      this.takePlace(own, base, parsed, tensor);
      return { tensor, feed: `${serialized}:0`, serialized: true, pixels: null };
    }
    const isPicture = shape?.length === 3 || shape?.length === 4;
    if (!this.rules.pixels || dataType !== DataType.DT_FLOAT || !isPicture)
      return { tensor, feed: own, serialized: false, pixels: null };

    const bytes = this.placeholder(`${base}/bytes`, DataType.DT_UINT8, null);
    const [scale, shift] = ['scale', 'shift'].map((name) =>
      this.placeholder(`${base}/${name}`, DataType.DT_FLOAT, null),
    ) as [string, string];
    const float = attribute.type(DataType.DT_FLOAT);
    const types = { SrcT: attribute.type(DataType.DT_UINT8), DstT: float };
    const cast = this.add('Cast', `${base}/cast`, [bytes], types);
    const scaled = this.add('Mul', `${base}/scaled`, [cast, scale], { T: float });
    const shifted = this.add('AddV2', `${base}/shifted`, [scaled, shift], { T: float });
    const feed = this.takePlace(own, base, shifted, tensor);
    const pixels = { bytes: `${bytes}:0`, scale: `${scale}:0`, shift: `${shift}:0` };
    return { tensor, feed: `${feed}:0`, serialized: false, pixels };
  }

  /** What took `own` takes `value` from now on, held to the signature's shape as far as a placeholder is: the batch may be another. */
  private takePlace(own: string, name: string, value: string, { dataType, shape }: SavedTensor): string {
    const node = this.add('EnsureShape', name, [value], {
      T: attribute.type(dataType),
      shape: attribute.shape(shape && shape.map((size, axis) => (axis === 0 ? null : size))),
    });
    this.instead.set(own, node);
    return node;
  }

  private placeholder(name: string, dataType: DataType, shape: readonly number[] | null): string {
    return this.add('Placeholder', name, [], {
      dtype: attribute.type(dataType),
      shape: attribute.shape(shape),
    });
  }

  private add(op: string, wanted: string, inputs: readonly string[], attr: NodeDef['attr']): string {
    const name = takeName(this.names, wanted);
    this.added.push(makeNode(op, name, inputs, attr));
    return name;
  }
}
