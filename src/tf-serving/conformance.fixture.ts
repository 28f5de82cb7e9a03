import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const CASES = resolve(import.meta.dirname, '../../test/conformance/tf-serving-cases.json');

/** The cases of one family of `test/conformance/tf-serving-cases.json`. */
export function conformanceCases<T>(family: string): T[] {
  return (JSON.parse(readFileSync(CASES, 'utf8')) as Record<string, T[]>)[family]!;
}
