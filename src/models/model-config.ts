import { type Document, parseDocument, type YAMLParseError } from 'yaml';
import type { BatchingRules } from '../batching/batching.js';
import { readBatching } from '../batching/batching-rules.js';
import { ConfigError, fields, flag, integer, list, oneOf, text } from '../config/expect.js';
import type { PreprocessingConfig } from '../preprocessing/preprocessing-config.js';
import { readPreprocessing } from '../preprocessing/read-preprocessing.js';
import { readUpstream, type UpstreamConfig } from '../engine/upstream/upstream-config.js';
import { type GoldenConfig, readGoldens } from './goldens/golden.js';
import { type Pins, readPins } from './manifest/pins.js';
import { SERVING_FIELDS, type ServingConfig } from './serving-config.js';

export const TASKS = ['classification', 'image-to-image', 'tensor'] as const;
export type Task = (typeof TASKS)[number];

/** What `model.yaml` may say. Everything is optional: what is absent is read off the signature. */
export interface ModelConfig extends ServingConfig {
  readonly task: Task;
  /** Name of the signature to serve; `serving_default` by default. */
  readonly signature: string;
  /** Name of the input that takes the picture. */
  readonly input: string;
  /** Name of the output that holds the scores or the picture. */
  readonly output: string;
  /** Label file, relative to the labels folder; `none` to answer indexes. */
  readonly labels: string;
  /** The output holds logits: softmax makes probabilities of them. */
  readonly logits: boolean;
  readonly preprocessing: Partial<PreprocessingConfig>;
  /** Image-to-image: the encoding that the graph's decoder takes. */
  readonly encoding: 'png' | 'jpeg';
  readonly topK: number;
  /** Largest picture, width times height; the server's MAX_IMAGE_PIXELS where that is less. */
  readonly maxPixels: number;
  readonly batching: Partial<BatchingRules>;
  /** Ops that the model may have beyond those that image models need, by name. */
  readonly allowOps: readonly string[];
  /** `off` to run the SavedModel exactly as it was exported. */
  readonly optimise: 'on' | 'off';
  /** `upstream`: another server runs it. */
  readonly engine: 'local' | 'upstream';
  readonly upstream: UpstreamConfig;
  /** What the files of each version must be; a version that is not named is not loaded. */
  readonly sha256: Pins;
  /** Pictures and what the model must make of them, beside those in the folder `goldens`. */
  readonly goldens: readonly Partial<GoldenConfig>[];
}

const readModelConfig = fields<ModelConfig>({
  task: oneOf(...TASKS),
  signature: text(),
  input: text(),
  output: text(),
  labels: text(),
  logits: flag(),
  preprocessing: readPreprocessing,
  encoding: oneOf('png', 'jpeg'),
  topK: integer(1, 1000),
  maxPixels: integer(1, 2 ** 31),
  batching: readBatching,
  allowOps: list(text()),
  optimise: oneOf('on', 'off'),
  engine: oneOf('local', 'upstream'),
  upstream: readUpstream,
  sha256: readPins,
  goldens: readGoldens,
  ...SERVING_FIELDS,
});

/**
 * Reads a `model.yaml`.
 * @param file the file as the user knows it, such as `models/flowers/model.yaml`
 * @throws ConfigError with one sentence that says what was expected, for which key, and what was found
 */
export function parseModelConfig(yaml: string, file: string): Partial<ModelConfig> {
  const document = parseDocument(yaml, { prettyErrors: true });
  const [fault] = document.errors;
  if (fault) throw notYaml(file, fault);
  const value = valueOf(document, file);
  if (value === null || value === undefined) return {};
  try {
    return together(readModelConfig(value, ''));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${file}: ${error.message}`);
  }
}

function together(config: Partial<ModelConfig>): Partial<ModelConfig> {
  if (config.engine === 'upstream' && !config.upstream)
    throw new ConfigError('Expected a section upstream where engine is upstream but received none.');
  if (config.engine === 'upstream' && config.sha256)
    throw new ConfigError('Expected no sha256 where engine is upstream: the files are another server’s.');
  return config;
}

/** Aliases are looked up only now: one may name no anchor, or stand for too much. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw notYaml(file, error as Error);
  }
}

function notYaml(file: string, error: Error): ConfigError {
  const [sentence = ''] = error.message.split('\n');
  const [place = ''] = / at line \d+, column \d+(?=:?$)/.exec(sentence) ?? [];
  const { code = '' } = error as Partial<YAMLParseError>;
  const reason = QUOTING[code] ?? withoutContent(sentence.slice(0, sentence.lastIndexOf(place)));
  return new ConfigError(`Expected YAML in ${file} but received: ${reason}${place}.`);
}

/** Those of the parser's sentences that have a part of the text within. */
const QUOTING: Readonly<Record<string, string>> = {
  BAD_DIRECTIVE: 'A directive that is none',
  BAD_COLLECTION_TYPE: 'A tag that does not fit',
  BAD_DQ_ESCAPE: 'An escape that is none',
  TAG_RESOLVE_FAILED: 'A tag that is none',
};

/** The other sentences have the text at their end. */
function withoutContent(sentence: string): string {
  return sentence.replace(/(: |").*$/, '').trim();
}

/** Changes whenever a version has to be loaded anew for what `config` says. */
export function loadKeyOf(config: Partial<ModelConfig>): string {
  return JSON.stringify(Object.entries(config).filter(([key]) => !Object.hasOwn(SERVING_FIELDS, key)));
}
