import { readSavedModel } from '../saved-model/saved-model-file.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import type { SavedSignature } from '../saved-model/signature.js';
import { EngineError } from './engine.js';
import { heldInputs } from './held-inputs.js';
import { InputShapes } from './input-shapes.js';
import type { Normalise, Tensor } from './tensor.js';

/** Of a model that is no SavedModel. */
function shapesOf(shape: SavedSignature['inputs'][number]['shape']): InputShapes {
  const image = { name: 'image', dtype: 'float32', dataType: DataType.DT_FLOAT, shape, nodes: ['image:0'] };
  const signatures = new Map([['serve', { inputs: [image], outputs: [], methodName: '' }]]);
  return new InputShapes(heldInputs({ saved: null }, signatures), true);
}

const floats = (...shape: number[]): Tensor => ({ dtype: 'float32', shape, data: new Float32Array() });
const held = shapesOf([1, 3, 8, 8]);

describe('the shape of an input', () => {
  it.each([[[1, 3, 8, 8]], [[7, 3, 8, 8]], [[0, 3, 8, 8]]])('may be %j: the first is the batch', (shape) => {
    expect(() => held.check('serve', { image: floats(...shape) })).not.toThrow();
  });

  it.each([[[]], [[3, 8, 8]], [[1, 3, 8, 9]], [[1, 1, 3, 8, 8]]])('may not be %j instead', (shape) => {
    const sentence = `Expected float32 [1, 3, 8, 8] for the input "image" but received the shape [${shape.join(', ')}].`;
    expect(() => held.check('serve', { image: floats(...shape) })).toThrow(
      new EngineError('input', sentence),
    );
  });

  it('may be any where the signature says so', () => {
    expect(() => shapesOf(null).check('serve', { image: floats() })).not.toThrow();
  });

  it('of pixels is the one that they will have in the graph', () => {
    const normalise = { layout: 'nchw' } as Normalise;
    const pixels: Tensor = { dtype: 'uint8', shape: [2, 8, 8, 3], data: new Uint8Array(), normalise };
    expect(() => held.check('serve', { image: pixels })).not.toThrow();
    expect(() => held.check('serve', { image: { ...pixels, shape: [8, 8, 3] } })).toThrow(EngineError);
  });

  it('may be any for a signature that computes element by element', async () => {
    const saved = await readSavedModel('test/fixtures/models/half_plus_two_serving/123');
    const shapes = new InputShapes(heldInputs({ saved }, saved.signatures), true);
    expect(() => shapes.check('serving_default', { x: floats(3) })).not.toThrow();
    const examples: Tensor = { dtype: 'string', shape: [], data: [new Uint8Array()] };
    expect(() => shapes.check('regress_x_to_y', { inputs: examples })).toThrow(EngineError);
  });
});
