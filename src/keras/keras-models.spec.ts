import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.js';
import { TensorFlowEngine } from '../engine/tensorflow/tensorflow.engine.js';
import { WasmEngine } from '../engine/wasm/wasm.engine.js';
import type { FlatGraph } from '../graph/flat-graph.js';
import { ALLOWED_OPS } from '../saved-model/op-allow-list.js';
import { Hdf5Thread } from './hdf5/hdf5-thread.js';
import { readKerasModel } from './read-keras-model.js';
import { difference, FIXTURES, readExpected, runGraph } from './run-graph.fixture.js';

/** Every model in the fixtures, by every Keras that wrote it and in every form. */
const FILES = readdirSync(FIXTURES).flatMap((keras) =>
  readdirSync(join(FIXTURES, keras)).flatMap((model) =>
    readdirSync(join(FIXTURES, keras, model))
      .filter((file) => file.startsWith('model.'))
      .map((file) => [join(keras, model), file] as const),
  ),
);

/** The models with ops that WebAssembly lacks. */
const NATIVE_ONLY = 'smoothing';

const TOLERANCE = 1e-4;

/** One thread for all, for each takes a while to start from its source. */
let thread: Hdf5Thread;

beforeAll(() => {
  thread = new Hdf5Thread();
});
afterAll(async () => {
  await thread.end();
});

function read(directory: string, file: string): Promise<FlatGraph> {
  return readKerasModel(directory, file, (bytes, layout) => thread.read(bytes, layout));
}

describe.each([
  ['TensorFlow', FILES, () => TensorFlowEngine.start()],
  ['WebAssembly', FILES.filter(([model]) => !model.endsWith(NATIVE_ONLY)), () => WasmEngine.start()],
])('A Keras model on %s', (_, files: typeof FILES, start: () => Promise<Engine>) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(async () => {
    await engine.close();
  });

  it.each(files)('answers what Keras answers: %s/%s', async (model, file) => {
    const directory = join(FIXTURES, model);
    const expected = await readExpected(directory);
    const graph = await read(directory, file);
    const answered = await runGraph(engine, graph, expected.inputs);
    const wrong = Object.keys(expected.outputs)
      .map((name) => ({ name, difference: difference(answered[name], expected.outputs[name]!) }))
      .filter((output) => output.difference > TOLERANCE);
    expect(wrong).toEqual([]);
  });
});

describe('A Keras model with a way of resizing that WebAssembly lacks', () => {
  it.each(FILES.filter(([model]) => model.endsWith(NATIVE_ONLY)))('is refused by name: %s', async (model) => {
    const engine = await WasmEngine.start();
    const { inputs } = await readExpected(join(FIXTURES, model));
    const graph = await read(join(FIXTURES, model), 'model.keras');
    await expect(runGraph(engine, graph, inputs)).rejects.toThrow(
      /the op (ResizeBicubic|ScaleAndTranslate|ResizeArea)/,
    );
    await engine.close();
  });
});

describe('The graph of a Keras model', () => {
  it.each(FILES)(
    'has the signature that Keras exports, and ops that are allowed: %s/%s',
    async (model, file) => {
      const expected = await readExpected(join(FIXTURES, model));
      const graph = await read(join(FIXTURES, model), file);
      const signature = graph.signatures.get('serving_default');
      expect([...graph.signatures.keys()]).toEqual(['serving_default']);
      expect(signature?.methodName).toBe('tensorflow/serving/predict');
      expect(signature?.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
        Object.entries(expected.inputs).map(([name, { shape }]) => [
          name,
          'float32',
          [null, ...shape.slice(1)],
        ]),
      );
      expect(Object.fromEntries(signature!.outputs.map(({ name, shape }) => [name, shape]))).toEqual(
        Object.fromEntries(
          Object.entries(expected.outputs).map(([name, { shape }]) => [name, [null, ...shape.slice(1)]]),
        ),
      );
      expect(graph.nodes.map(({ op }) => op).filter((op) => !ALLOWED_OPS.has(op))).toEqual([]);
    },
  );

  it('is the same when it is read in a thread of its own', async () => {
    const directory = join(FIXTURES, 'keras3', 'sequential');
    await expect(readKerasModel(directory, 'model.h5')).resolves.toEqual(await read(directory, 'model.h5'));
  });
});
