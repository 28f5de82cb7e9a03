import type { Tensor } from './tensor.js';
import { release } from './release.js';

const floats = (data: Float32Array): Tensor => ({ dtype: 'float32', shape: [data.length], data });

describe('release', () => {
  it('frees numbers at once', () => {
    const tensor = floats(new Float32Array(8));
    release({ x: tensor });
    expect(tensor.data).toHaveLength(0);
    release({ x: tensor }); // Nothing is left, and nothing goes wrong.
  });

  it('leaves alone what shares its memory with others, and strings', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const strings: Tensor = { dtype: 'string', shape: [1], data: [Uint8Array.of(7)] };
    release({ half: floats(whole.subarray(2)), strings });
    expect([...whole]).toEqual([1, 2, 3, 4]);
    expect(strings.data).toEqual([Uint8Array.of(7)]);
  });

  it('leaves alone what is an output too', () => {
    const tensor = floats(Float32Array.of(1, 2));
    release({ x: tensor }, { y: tensor });
    expect(tensor.data).toHaveLength(2);
  });
});
