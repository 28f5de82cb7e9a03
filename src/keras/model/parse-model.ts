import { quote } from '../../saved-model/saved-model.errors.js';
import { KerasFault } from '../keras.errors.js';
import { isList, isObject, type Json, type JsonObject, member } from './json.js';
import type { KerasLayer, KerasModel } from './keras-model.js';
import { LayerConfig } from './layer-config.js';
import { functional, sequential } from './model-forms.js';
import { parseCalls } from './parse-calls.js';

const MAX_LAYERS = 20_000;
const MAX_DEPTH = 20;

const SEQUENTIAL = 'Sequential';
/** `Model` is how Keras 2 before 2.4 wrote it. */
const FUNCTIONAL: ReadonlySet<string> = new Set(['Functional', 'Model']);

/** Makes one form of what Keras 2 and Keras 3 write in their two ways each. */
export class ModelParser {
  private layers = 0;
  private unnamed = 0;

  /**
   * @param json of the whole model, as `config.json` or `model_config` has it
   * @throws KerasFault
   */
  parse(json: Json): KerasModel {
    const className = member(json, 'class_name');
    const config = configOf(json);
    if (typeof className !== 'string' || !config) {
      throw new KerasFault('is damaged: its config describes no model');
    }
    checkOrigin(json as JsonObject, `a model of the class ${className}`);
    if (!isModel(className)) {
      throw new KerasFault(
        `has a model of the class ${quote(className)}, which is neither functional nor sequential; export the model with model.export() instead`,
      );
    }
    return this.parseModel(className, config, '', 0);
  }

  private parseModel(className: string, config: JsonObject, path: string, depth: number): KerasModel {
    if (depth > MAX_DEPTH)
      throw new KerasFault(`is damaged: it has models in models ${MAX_DEPTH} times over`);
    const list = member(config, 'layers');
    if (!isList(list) || list.length === 0) {
      throw new KerasFault(
        `is damaged: ${path === '' ? 'its model' : `its model ${quote(path)}`} has no layers`,
      );
    }
    const layers = list.map((json) => this.parseLayer(json, path, depth));
    return className === SEQUENTIAL ? sequential(layers, config) : functional(layers, config);
  }

  /** Such a list has no name; Keras makes one up when it reads the model, and so its weights are found by their order. */
  private nameOfUnnamed(json: Json): string | undefined {
    return isList(member(json, 'config')) ? `unnamed_${++this.unnamed}` : undefined;
  }

  private parseLayer(json: Json, around: string, depth: number): KerasLayer {
    if (++this.layers > MAX_LAYERS) throw new KerasFault(`is damaged: it has more than ${MAX_LAYERS} layers`);
    const className = member(json, 'class_name');
    const values = configOf(json);
    const name = member(json, 'name') ?? member(values ?? null, 'name') ?? this.nameOfUnnamed(json);
    if (typeof className !== 'string' || !values || typeof name !== 'string') {
      throw new KerasFault('is damaged: its config has a layer without a class, a name or a config');
    }
    const path = around === '' ? name : `${around}/${name}`;
    const subject = `the layer ${quote(path)} of the class ${shown(className)}`;
    checkOrigin(json as JsonObject, subject);
    const nested = isModel(className);
    const calls = parseCalls(member(json, 'inbound_nodes'), subject);
    return {
      className,
      name,
      path,
      config: new LayerConfig(values, subject),
      calls,
      firstCall: 0,
      role: roleOf(className, json, values),
      model: nested ? this.parseModel(className, values, path, depth + 1) : null,
    };
  }
}

/** Keras before 2.2.3 writes a sequential model as the list of its layers and nothing else. `null` if it is no config. */
function configOf(json: Json): JsonObject | null {
  const config = member(json, 'config');
  if (isList(config) && member(json, 'class_name') === SEQUENTIAL) return { layers: config };
  return isObject(config) ? config : null;
}

function isModel(className: string): boolean {
  return className === SEQUENTIAL || FUNCTIONAL.has(className);
}

/** A class's name, in a sentence as it is, unless it is none. */
function shown(className: string): string {
  return /^\w{1,80}$/.test(className) ? className : quote(className);
}

/** A class of somebody's own may have the name of one of Keras's. */
function checkOrigin(json: JsonObject, subject: string): void {
  const module = member(json, 'module');
  const registered = member(json, 'registered_name');
  const own =
    (typeof module === 'string' && !/^(tf_)?keras(\.|$)/.test(module)) ||
    (typeof registered === 'string' && registered.includes('>'));
  if (!own) return;
  const whose = typeof registered === 'string' && registered.includes('>') ? registered : String(module);
  throw new KerasFault(
    `has ${subject} from ${quote(whose)}, which is not Keras's own; export the model with model.export() instead`,
  );
}

function roleOf(className: string, json: Json, config: JsonObject): KerasLayer['role'] {
  if (isModel(className)) return 'model';
  if (className === 'InputLayer') return 'input';
  const module = member(json, 'module');
  if (typeof module === 'string') return /^keras\.(src\.)?ops(\.|$)/.test(module) ? 'operation' : 'layer';
  // The .h5 of Keras 3 has no modules; every layer has this setting and no operation does.
  return Object.hasOwn(config, 'trainable') ? 'layer' : 'operation';
}
