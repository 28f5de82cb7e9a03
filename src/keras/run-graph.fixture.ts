import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, NamedTensors } from '../engine/engine.js';
import type { FlatGraph } from '../graph/flat-graph.js';
import { writeSavedModel } from '../graph/write-saved-model.js';

export const FIXTURES = 'test/fixtures/keras';

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What Keras answers, as `scripts/models/keras_fixtures.py` wrote it. */
export interface Expected {
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

export async function readExpected(directory: string): Promise<Expected> {
  return JSON.parse(await readFile(join(directory, 'expected.json'), 'utf8')) as Expected;
}

/** Runs a graph in an engine, on float32 numbers. */
export async function runGraph(
  engine: Engine,
  graph: FlatGraph,
  inputs: Expected['inputs'],
): Promise<Readonly<Record<string, Numbers>>> {
  const directory = await mkdtemp(join(tmpdir(), 'keras-'));
  try {
    await writeSavedModel(graph, directory);
    await engine.load('model', directory, { allowOps: [], optimise: false, cacheDirectory: directory });
    const given: NamedTensors = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, values }]) => [
        name,
        { dtype: 'float32', shape: [...shape], data: Float32Array.from(values) },
      ]),
    );
    const answered = await engine.run('model', 'serving_default', given);
    return Object.fromEntries(
      Object.entries(answered).map(([name, { shape, data }]) => [
        name,
        { shape, values: [...(data as Float32Array)] },
      ]),
    );
  } finally {
    await engine.unload('model');
    await rm(directory, { recursive: true });
  }
}

/** By how much two answers differ at most, relative to what is larger than 1; `Infinity` if their shapes differ. */
export function difference(one: Numbers | undefined, other: Numbers): number {
  if (one?.shape.join() !== other.shape.join()) return Number.POSITIVE_INFINITY;
  return other.values.reduce((most, value, index) => {
    const apart = Math.abs(value - one.values[index]!) / Math.max(1, Math.abs(value));
    return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(most, apart);
  }, 0);
}
