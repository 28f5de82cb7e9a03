import type { Signature } from '../engine/engine.js';
import type { Tensor } from '../engine/tensor.js';
import { roomOf } from './room.js';

const signature = (...shapes: readonly (readonly (number | null)[])[]): Signature => ({
  inputs: shapes.map((shape, index) => ({ name: `x${index}`, dtype: 'float32', shape })),
  outputs: [{ name: 'y', dtype: 'float32', shape: [null] }],
});
const numbers: Tensor = { dtype: 'float32', shape: [3, 2], data: new Float32Array(6) };
const texts: Tensor = {
  dtype: 'string',
  shape: [3],
  data: [new Uint8Array(5), new Uint8Array(0), new Uint8Array(7)],
};

describe('the room of a request', () => {
  it('is its rows and the bytes of all its tensors', () => {
    expect(roomOf({ signature: signature([null, 2], [null]), inputs: { x0: numbers, x1: texts } })).toEqual({
      rows: 3,
      bytes: 36,
    });
  });

  it('is one row where requests do not share a run, whatever its first dimension', () => {
    expect(roomOf({ signature: signature([3, 2]), inputs: { x0: numbers } })).toEqual({ rows: 1, bytes: 24 });
  });
});
