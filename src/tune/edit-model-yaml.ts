import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { parseModelConfig } from '../models/model-config.js';
import { CommandError } from '../command/command-error.js';

/**
 * The text of a `model.yaml` with another `batching.maxBatchSize`, and all else to the letter. Where that cannot be, as with an alias in
 * that place, all else means the same, and comments and order stay.
 * @param file the file as its user knows it
 * @throws ConfigError where it is malformed, CommandError where it cannot be edited
 */
export function setMaxBatchSize(yaml: string, maxBatchSize: number, file: string): string {
  const before = parseModelConfig(yaml, file);
  const wanted = { ...before, batching: { ...before.batching, maxBatchSize } };
  for (const edit of [inPlace, written]) {
    const edited = edit(yaml, maxBatchSize);
    if (edited !== undefined && saysExactly(edited, wanted, file)) return edited;
  }
  throw new CommandError(
    `${file} is written in a way that cannot be edited: add batching.maxBatchSize: ${maxBatchSize}.`,
  );
}

function saysExactly(yaml: string, wanted: object, file: string): boolean {
  try {
    return isDeepStrictEqual(parseModelConfig(yaml, file), wanted);
  } catch {
    return false;
  }
}

/** Puts in what is missing, and leaves every other character as it is. */
function inPlace(yaml: string, size: number): string | undefined {
  const { contents }: Document = parseDocument(yaml);
  const newline = yaml.includes('\r\n') ? '\r\n' : '\n';
  if (contents === null) return append(yaml, '', size, newline);
  if (!isMap(contents)) return undefined;
  const batching: unknown = contents.get('batching', true);
  if (isMap(batching)) {
    const current: unknown = batching.get('maxBatchSize', true);
    if (isScalar(current) && current.range) {
      const [start, end] = current.range;
      return yaml.slice(0, start) + size + yaml.slice(end);
    }
    return current === undefined ? insert(yaml, batching, `maxBatchSize: ${size}`, newline) : undefined;
  }
  if (batching !== undefined) return undefined;
  if (contents.flow) return insert(yaml, contents, `batching: { maxBatchSize: ${size} }`, newline);
  return append(yaml, indentOf(yaml, contents), size, newline);
}

function append(yaml: string, indent: string, size: number, newline: string): string {
  const gap = yaml === '' || yaml.endsWith('\n') ? '' : newline;
  return `${yaml}${gap}${indent}batching: { maxBatchSize: ${size} }${newline}`;
}

/** Before the first entry of `map`. */
function insert(yaml: string, map: YAMLMap, entry: string, newline: string): string | undefined {
  const start = startOf(map);
  if (start === undefined) return undefined;
  if (!map.flow) return `${yaml.slice(0, start)}${entry}${newline}${indentOf(yaml, map)}${yaml.slice(start)}`;
  const rest = yaml.slice(start + 1); // After its brace.
  const separator = map.items.length > 0 ? ',' : '';
  return `${yaml.slice(0, start + 1)} ${entry}${separator}${rest.startsWith('}') ? ' ' : ''}${rest}`;
}

/** How far the entries of a block map are moved in; empty where its first stands after something else on its line. */
function indentOf(yaml: string, map: YAMLMap): string {
  const start = startOf(map) ?? 0;
  const line = yaml.slice(yaml.lastIndexOf('\n', start - 1) + 1, start);
  return /^ *$/.test(line) ? line : '';
}

/** Of a flow map its brace, of a block map its first key. */
function startOf(map: YAMLMap): number | undefined {
  if (map.flow) return map.range?.[0];
  const key = map.items[0]?.key;
  return isScalar(key) || isCollection(key) ? key.range?.[0] : undefined;
}

function written(yaml: string, size: number): string | undefined {
  const document = parseDocument(yaml);
  try {
    document.setIn(['batching', 'maxBatchSize'], size);
    return document.toString({ lineWidth: 0 });
  } catch {
    return undefined; // What stands there is no map, such as an alias.
  }
}
