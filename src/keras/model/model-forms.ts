import { KerasFault } from '../keras.errors.js';
import { isList, isObject, type Json, type JsonObject, member } from './json.js';
import {
  type KerasLayer,
  type KerasModel,
  type ModelOutput,
  referencesIn,
  TensorRef,
} from './keras-model.js';
import { LayerConfig } from './layer-config.js';

/** A functional model, which names its inputs and outputs. */
export function functional(layers: readonly KerasLayer[], config: JsonObject): KerasModel {
  checkNames(layers);
  const outputs = outputsOf(member(config, 'output_layers'));
  return {
    layers: numbered(layers, outputs),
    inputs: outputsOf(member(config, 'input_layers')).map(({ tensor }) => tensor),
    outputs,
  };
}

/**
 * Keras 2 numbers the calls of most models in a model from 1: their own, from input to output, is the first. Which ones is
 * another matter in each of its versions, so it is told by what their calls are called where they are used.
 */
function numbered(layers: readonly KerasLayer[], outputs: readonly ModelOutput[]): KerasLayer[] {
  const last = new Map<string, number>();
  const used = layers.flatMap(({ calls }) =>
    calls.flatMap(({ args, kwargs }) => referencesIn([args, kwargs])),
  );
  for (const { layer, call } of [...used, ...outputs.map(({ tensor }) => tensor)])
    last.set(layer, Math.max(call, last.get(layer) ?? 0));
  return layers.map((layer) =>
    layer.model && last.get(layer.name) === layer.calls.length ? { ...layer, firstCall: 1 } : layer,
  );
}

/** `["conv", 0, 0]`, or a list or a dictionary of such. */
function outputsOf(json: Json | undefined): ModelOutput[] {
  if (isObject(json)) {
    return Object.keys(json).flatMap((key) =>
      outputsOf(member(json, key)).map(({ tensor }) => ({ key, tensor })),
    );
  }
  if (isList(json)) {
    const [layer, call, output] = json;
    if (typeof layer === 'string' && typeof call === 'number' && typeof output === 'number') {
      return [{ key: null, tensor: new TensorRef(layer, call, output) }];
    }
    return json.flatMap(outputsOf);
  }
  throw new KerasFault('is damaged: it does not say which layers are its inputs and outputs');
}

/** A sequential model: each layer takes what the one before it gives. */
export function sequential(given: readonly KerasLayer[], config: JsonObject): KerasModel {
  const first = given[0]!;
  const layers = first.role === 'input' ? given : [impliedInput(first, config), ...given];
  checkNames(layers);
  return {
    layers: layers.map((layer, index) => {
      const before = layers[index - 1];
      return { ...layer, calls: before ? [{ args: [outputOf(before)], kwargs: {} }] : [], firstCall: 0 };
    }),
    inputs: [outputOf(layers[0]!)],
    outputs: [{ key: null, tensor: outputOf(layers.at(-1)!) }],
  };
}

function outputOf({ name }: KerasLayer): TensorRef {
  return new TensorRef(name, 0, 0);
}

/** The input of a sequential model that was given its shape otherwise than by an input layer, or not at all. */
function impliedInput(first: KerasLayer, config: JsonObject): KerasLayer {
  const shape = inputShapeOf(first) ?? member(config, 'build_input_shape') ?? null;
  const name = `${first.name}_input`;
  return {
    className: 'InputLayer',
    name,
    path: name,
    config: new LayerConfig({ batch_shape: shape }, `the input of ${first.config.subject}`),
    calls: [],
    firstCall: 0,
    role: 'input',
    model: null,
  };
}

/** Of a model that comes first, it is the shape of what that begins with. */
function inputShapeOf({ config, model }: KerasLayer): Json | undefined {
  const input = model?.layers.find(({ name }) => name === model.inputs[0]?.layer);
  return input ? inputShapeOf(input) : (config.raw('batch_shape') ?? config.raw('batch_input_shape'));
}

function checkNames(layers: readonly KerasLayer[]): void {
  if (new Set(layers.map(({ name }) => name)).size === layers.length) return;
  throw new KerasFault('is damaged: it has two layers of one name in one model');
}
