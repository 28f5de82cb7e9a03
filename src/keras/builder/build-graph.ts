import type { FlatGraph } from '../../graph/flat-graph.js';
import { attribute } from '../../graph/nodes.js';
import { dtypeName } from '../../saved-model/dtypes.js';
import { DataType } from '../../saved-model/proto/tensor_pb.js';
import { quote } from '../../saved-model/saved-model.errors.js';
import type { SavedTensor } from '../../saved-model/signature.js';
import { KerasFault } from '../keras.errors.js';
import { isList, member } from '../model/json.js';
import type { KerasLayer, KerasModel, TensorRef } from '../model/keras-model.js';
import type { WeightSource } from '../weights/weight-source.js';
import { ModelBuilder } from './build-model.js';
import { CallSites } from './call-site.js';
import { GraphBuilder } from './graph-builder.js';
import { FLOAT } from './scope.js';
import { type Shape, Tensor } from './tensor.js';

const MAX_RANK = 8;

const INPUT_TYPES: readonly DataType[] = [
  DataType.DT_FLOAT,
  DataType.DT_DOUBLE,
  DataType.DT_HALF,
  DataType.DT_BFLOAT16,
  DataType.DT_UINT8,
  DataType.DT_INT8,
  DataType.DT_UINT16,
  DataType.DT_INT16,
  DataType.DT_INT32,
  DataType.DT_INT64,
];

/**
 * Makes the graph of a model, with the one signature that `model.export()` would give it. Everything between its inputs and its
 * outputs is float32, whatever the model was trained in.
 * @param keras the major version of the Keras that wrote it
 * @throws KerasFault
 */
export function buildGraph(model: KerasModel, weights: WeightSource, keras: number): FlatGraph {
  const graph = new GraphBuilder();
  const inputs = model.inputs.map((input) => addInput(graph, inputLayer(model, input)));
  const names = new Set(inputs.map(({ spec }) => spec.name));
  if (names.size !== inputs.length) throw new KerasFault('is damaged: it has two inputs of one name');
  const builder = new ModelBuilder(new CallSites(graph, weights, keras));
  const results = builder.build(
    model,
    inputs.map(({ tensor }) => tensor),
  );
  const outputs = results.map((tensor, index) =>
    addOutput(graph, model.outputs[index]?.key ?? `output_${index}`, tensor),
  );
  const signature = {
    inputs: inputs.map(({ spec }) => spec),
    outputs,
    methodName: 'tensorflow/serving/predict',
  };
  return { nodes: graph.nodes, signatures: new Map([['serving_default', signature]]) };
}

function inputLayer(model: KerasModel, { layer: name }: TensorRef): KerasLayer {
  const layer = model.layers.find((one) => one.name === name);
  if (layer?.role === 'input') return layer;
  throw new KerasFault(`is damaged: its input ${quote(name)} is not an input layer`);
}

function addInput(graph: GraphBuilder, layer: KerasLayer): { spec: SavedTensor; tensor: Tensor } {
  const shape = shapeOf(layer);
  const dataType = typeOf(layer);
  const type = attribute.type(dataType);
  const node = graph.add('Placeholder', `serving_default_${layer.name}`, [], {
    dtype: type,
    shape: attribute.shape(shape),
  });
  const spec = specOf(layer.name, dataType, shape, node);
  if (dataType === DataType.DT_FLOAT) return { spec, tensor: new Tensor(node, shape) };
  const cast = { SrcT: type, DstT: FLOAT, Truncate: attribute.bool(false) };
  return { spec, tensor: new Tensor(graph.add('Cast', `${layer.name}/Cast`, [node], cast), shape) };
}

/** The number of examples is always open. */
function shapeOf({ config }: KerasLayer): Shape {
  const given = config.raw('batch_shape') ?? config.raw('batch_input_shape');
  if (given === undefined || given === null) {
    throw new KerasFault(
      `does not say which shape ${config.subject} has; save the model after it was called once`,
    );
  }
  const sizes = isList(given) && given.length <= MAX_RANK ? given.slice(1) : [-1];
  if (
    !sizes.every(
      (size) => size === null || (Number.isInteger(size) && Number(size) > 0 && Number(size) < 2 ** 24),
    )
  ) {
    throw config.malformed('batch_shape', 'a shape');
  }
  return [null, ...(sizes as Shape)];
}

function typeOf({ config }: KerasLayer): DataType {
  const given = config.raw('dtype') ?? 'float32';
  const name = member(member(given, 'config'), 'name') ?? given;
  const type = INPUT_TYPES.find((known) => dtypeName(known) === name);
  if (type === undefined) throw config.unsupported(`of the dtype ${quote(String(name))}`);
  return type;
}

function addOutput(graph: GraphBuilder, name: string, tensor: Tensor): SavedTensor {
  const node = graph.add('Identity', `serving_default_${name}`, [tensor.name], { T: FLOAT });
  return specOf(name, DataType.DT_FLOAT, tensor.shape, node);
}

function specOf(name: string, dataType: DataType, shape: Shape, node: string): SavedTensor {
  return { name, dtype: dtypeName(dataType), dataType, shape, nodes: [`${node}:0`] };
}
