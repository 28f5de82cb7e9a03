import { resolve } from 'node:path';
import type { VersionPolicy } from '../../version-policy.js';
import { parsed, refusal, TextMessage } from './text-message.js';
import { parseTextProto } from './text-proto.js';
import { MODEL_NAME, VERSION_LABEL } from '../../names.js';

/** A model of TensorFlow Serving's `--model_config_file`. */
export interface ModelEntry {
  readonly name: string;
  /** Absolute. */
  readonly basePath: string;
  readonly versionPolicy: VersionPolicy;
  /** Without a prototype: a label may have any name. */
  readonly versionLabels: Readonly<Record<string, number>>;
}

export type ModelsConfig = readonly ModelEntry[];

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const MAX_UINT32 = 2 ** 32 - 1;

const SERVER = { model_config_list: 'once', custom_model_config: 'once' } as const;
const LIST = { config: 'repeated' } as const;
const MODEL = {
  name: 'once',
  base_path: 'once',
  model_type: 'once',
  model_platform: 'once',
  model_version_policy: 'once',
  version_labels: 'repeated',
  logging_config: 'once',
} as const;
const POLICY = { latest: 'once', all: 'once', specific: 'once' } as const;
const LABEL_ENTRY = { key: 'once', value: 'once' } as const;

/**
 * The models of a `ModelServerConfig` in protobuf's text format (TensorFlow Serving, `config/model_server_config.proto`).
 *
 * It is stricter than TensorFlow Serving where a label is given twice or has a name that no path can have, and where a number
 * is below 0 or beyond 2^53 - 1. It is more liberal where `base_path` is relative, which means relative to `directory`, and
 * where neither platform nor type is given. What is in `logging_config` is not looked at: this server writes no request log.
 * @param file its name in sentences
 * @param directory the folder that it lies in
 * @throws ConfigError
 */
export function parseModelsConfig(text: string, file: string, directory: string): ModelsConfig {
  const server = new TextMessage(
    'the file',
    file,
    1,
    parsed(file, () => parseTextProto(text)),
    SERVER,
  );
  const custom = server.one('custom_model_config');
  if (custom)
    throw refusal(
      'model_config_list',
      'the models',
      file,
      custom.line,
      'custom_model_config, which is not served',
    );
  const entries: ModelEntry[] = [];
  const lines = new Map<string, number>();
  for (const model of server
    .messages('model_config_list', LIST)
    .flatMap((list) => list.messages('config', MODEL))) {
    const entry = readModel(model, directory);
    const earlier = lines.get(entry.name);
    if (earlier !== undefined)
      throw refusal(
        'another name',
        'name',
        file,
        model.one('name')!.line,
        `"${entry.name}", which is that of line ${earlier}`,
      );
    lines.set(entry.name, model.one('name')!.line);
    entries.push(entry);
  }
  return entries;
}

function readModel(model: TextMessage, directory: string): ModelEntry {
  checkPlatform(model);
  return {
    name: readName(model),
    basePath: readBasePath(model, directory),
    versionPolicy: readPolicy(model),
    versionLabels: readLabels(model),
  };
}

function readName(model: TextMessage): string {
  const name = required(model, 'name', 'a name');
  if (!MODEL_NAME.test(name))
    throw model.wrong(
      'letters, digits, ".", "_" and "-", a letter or digit first, 128 at most,',
      'name',
      model.one('name')!,
    );
  return name;
}

function readBasePath(model: TextMessage, directory: string): string {
  const path = required(model, 'base_path', 'a folder');
  const given = model.one('base_path')!;
  if (URI.test(path)) throw model.wrong('a folder, where such storage is mounted,', 'base_path', given);
  if (path === '' || path.includes('\0')) throw model.wrong('a folder', 'base_path', given);
  return resolve(directory, path);
}

function required(model: TextMessage, field: string, what: string): string {
  const text = model.text(field);
  if (text === undefined) throw refusal(what, `${field} of the model`, model.file, model.line, 'nothing');
  return text;
}

function checkPlatform(model: TextMessage): void {
  const platform = model.text('model_platform');
  if (platform !== undefined && platform !== '' && platform !== 'tensorflow')
    throw model.wrong('"tensorflow"', 'model_platform', model.one('model_platform')!);
  const type = model.word('model_type');
  if (type !== undefined && !['TENSORFLOW', '1', 'MODEL_TYPE_UNSPECIFIED', '0'].includes(type))
    throw model.wrong('TENSORFLOW', 'model_type', model.one('model_type')!);
}

function readPolicy(model: TextMessage): VersionPolicy {
  const [policy] = model.messages('model_version_policy', POLICY);
  const given = Object.keys(POLICY).filter((choice) => policy?.one(choice));
  if (policy === undefined || given.length === 0) return { kind: 'latest', count: 1 };
  if (given.length > 1)
    throw refusal('one of latest, all, specific', policy.name, policy.file, policy.line, given.join(' and '));
  const [latest] = policy.messages('latest', { num_versions: 'once' });
  if (latest) return { kind: 'latest', count: latest.wholes('num_versions', MAX_UINT32)[0] || 1 };
  const [specific] = policy.messages('specific', { versions: 'repeated' });
  if (specific) return { kind: 'specific', versions: specific.wholes('versions', Number.MAX_SAFE_INTEGER) };
  policy.messages('all', {});
  return { kind: 'all' };
}

function readLabels(model: TextMessage): Readonly<Record<string, number>> {
  const labels = Object.create(null) as Record<string, number>;
  for (const entry of model.messages('version_labels', LABEL_ENTRY)) {
    const label = entry.text('key') ?? '';
    if (!VERSION_LABEL.test(label))
      throw refusal(
        'letters, digits, "_", "." and "-"',
        'a label',
        entry.file,
        entry.line,
        JSON.stringify(label.slice(0, 80)),
      );
    if (label in labels)
      throw refusal('one version', `the label "${label}"`, entry.file, entry.line, 'another');
    labels[label] = entry.wholes('value', Number.MAX_SAFE_INTEGER)[0] ?? 0;
  }
  return labels;
}
