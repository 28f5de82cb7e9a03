import { ConfigError, kindOf, show, unexpected } from '../config/expect.js';
import { duplicateKey } from './duplicate-key.js';
import { type Label, Labels } from './labels.js';

/** Most classes that are believed; an index beyond is a slip of the pen. */
const MAX_LABELS = 10_000_000;

/** A label by its index; `undefined` for an index that is there without a name. */
type Entry = readonly [index: number, label: Label | undefined];
type Pair = readonly [key: string, value: unknown];

/**
 * Reads a label file in one of its forms: `["daisy", …]`, `{"0": "daisy"}`, `{"daisy": 0}` and Keras's class index
 * `{"0": ["n11939491", "daisy"]}`. Numbers as values are indexes, whatever the keys; else the keys are. Empty and
 * null names are absent.
 * @throws ConfigError one sentence that names the file and what was found
 */
export function parseLabels(json: string, file: string): Labels {
  const content = parse(json, file);
  const entries = Array.isArray(content) ? readList(content, file) : readObject(content, file);
  const size = entries.reduce((largest, [index]) => Math.max(largest, index + 1), 0);
  if (size === 0) throw unexpected('at least one label', file, content);
  const labels = new Map<number, Label>();
  for (const [index, label] of entries) if (label !== undefined) labels.set(index, label);
  return new Labels(labels, size);
}

function parse(json: string, file: string): unknown {
  // An editor's byte order mark is no part of JSON.
  const text = (json.startsWith('\uFEFF') ? json.slice(1) : json).trim();
  if (text === '') throw new ConfigError(`Expected a list or an object for ${file} but the file is empty.`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new ConfigError(`Expected JSON for ${file} but received text that is not.`);
  }
  const twice = Array.isArray(content) ? undefined : duplicateKey(text);
  if (twice !== undefined) throw once('key', file, twice);
  return content;
}

function readList(content: readonly unknown[], file: string): Entry[] {
  return content.map((value, index) => [index, readName(value, `${file}[${index}]`)]);
}

function readObject(content: unknown, file: string): Entry[] {
  if (typeof content !== 'object' || content === null) {
    const what = 'a list of names or an object of names and indexes';
    throw new ConfigError(`Expected ${what} for ${file} but received ${kindOf(content)}.`);
  }
  const pairs: Pair[] = Object.entries(content);
  const [first] = pairs;
  if (first === undefined) return [];
  const form = formOf(first);
  const other = pairs.find(
    (pair) => formOf(pair) !== form && !(isNameless(pair) && form === 'index to pair'),
  );
  if (form === undefined || other !== undefined) {
    const found = Object.fromEntries([first, other ?? first]);
    throw unexpected('indexes to names, or names to indexes, and one form throughout,', file, found);
  }
  return unique(pairs.map(form === 'name to index' ? nameToIndex(file) : indexToName(file)), file);
}

function formOf([key, value]: Pair): 'name to index' | 'index to pair' | 'index to name' | undefined {
  if (typeof value === 'number') return 'name to index';
  if (!/^-?\d+(\.\d+)?$/.test(key)) return undefined;
  return Array.isArray(value) ? 'index to pair' : 'index to name';
}

function isNameless([, value]: Pair): boolean {
  return value === null || value === '';
}

/** `"daisy": 0` */
function nameToIndex(file: string) {
  return ([name, index]: Pair): Entry => [
    readIndex(index, `${file}[${show(name)}]`, index),
    readName(name, file),
  ];
}

/** `"0": "daisy"` or `"0": ["n11939491", "daisy"]` */
function indexToName(file: string) {
  return ([key, value]: Pair): Entry => {
    const name = `${file}[${show(key)}]`;
    return [
      readIndex(Number(key), `a key of ${file}`, key),
      Array.isArray(value) ? readPair(value, name) : readName(value, name),
    ];
  };
}

function readIndex(index: unknown, name: string, found: unknown): number {
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0 || index >= MAX_LABELS) {
    throw unexpected(`an index from 0 to ${MAX_LABELS - 1}`, name, found);
  }
  return index;
}

function readName(value: unknown, name: string): Label | undefined {
  if (value === null || value === '') return undefined;
  if (typeof value !== 'string') throw unexpected('a name', name, value);
  return { name: value };
}

function readPair(value: readonly unknown[], name: string): Label | undefined {
  const [id, label] = value;
  if (value.length !== 2 || typeof id !== 'string') throw unexpected('a pair of id and name', name, value);
  const read = readName(label, name);
  return read === undefined || id === '' ? read : { ...read, id };
}

function unique(entries: Entry[], file: string): Entry[] {
  const seen = new Set<number>();
  for (const [index] of entries) {
    if (seen.has(index)) throw once('index', file, index);
    seen.add(index);
  }
  return entries;
}

function once(what: string, file: string, found: unknown): ConfigError {
  return new ConfigError(`Expected every ${what} once for ${file} but received ${show(found)} twice.`);
}
