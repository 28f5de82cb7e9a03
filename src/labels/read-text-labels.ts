import { unexpected } from '../config/expect.js';
import { type Label, Labels } from './labels.js';

const NUMBERED = /^(\d+)(?:\s+(.*))?$/;

/**
 * Reads a label file of text: a name in each line, by position. Where the lines are numbered from 0 in order, as Teachable Machine numbers
 * them (`0 Class 1`), the numbers are no part of the names. An empty name is absent.
 * @throws ConfigError
 */
export function parseTextLabels(text: string, file: string): Labels {
  // An editor's byte order mark is no part of the first name.
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  if (lines.join('') === '') throw unexpected('a name in each line', file, text.trim());
  const names = withoutNumbers(lines) ?? lines;
  const labels = new Map<number, Label>();
  names.forEach((name, index) => name !== '' && labels.set(index, { name }));
  return new Labels(labels, names.length);
}

/** `undefined` where the lines are not numbered, or are numbers and nothing else, which are names then. */
function withoutNumbers(lines: readonly string[]): string[] | undefined {
  const numbered = lines.filter((line) => line !== '').map((line) => NUMBERED.exec(line));
  const isNumbered = numbered.every((match, index) => match?.[1] === String(index));
  const names = numbered.map((match) => match?.[2] ?? '');
  return isNumbered && names.some((name) => name !== '') ? names : undefined;
}
