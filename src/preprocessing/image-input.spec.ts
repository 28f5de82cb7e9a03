import type { DType } from '../engine/tensor.js';
import { imageAxes, isGreyInput, isImageInput } from './image-input.js';

const input = (shape: (number | null)[] | null, dtype: DType = 'float32') => ({ name: 'x', dtype, shape });

describe('an input', () => {
  it.each([
    [[null, 224, 224, 3]],
    [[null, 28, 28, 1]],
    [[8, 64, 48, 4]],
    [[null, null, null, 3]],
    [[null, 3, 224, 224]],
    [[null, 1, null, null]],
    [[32, 32, 3]],
    [[3, 32, 32]],
  ])('of shape %j looks like a picture', (shape) => {
    expect(isImageInput(input(shape))).toBe(true);
  });

  it.each([
    [[null, 4]],
    [[null, 784]],
    [[null]],
    [[]],
    [null],
    [[null, 224, 224, 5]],
    [[null, null, null, null]],
    [[null, 128, 3]],
    [[null, null, 1]],
    [[null, 16, 224, 224, 3]],
  ])('of shape %j does not', (shape) => {
    expect(isImageInput(input(shape))).toBe(false);
  });

  it.each(['string', 'bool', 'complex64', 'complex128'] as const)('of dtype %s does not', (dtype) => {
    expect(isImageInput(input([null, 224, 224, 3], dtype))).toBe(false);
  });

  it('has its channels last where both ends could be channels', () => {
    const common = { channels: 3, batched: true };
    expect(imageAxes([null, 3, 4, 3])).toEqual({ layout: 'nhwc', height: 3, width: 4, ...common });
    expect(imageAxes([null, 3, 4, 3], 'nchw')).toEqual({ layout: 'nchw', height: 4, width: 3, ...common });
  });

  it.each([
    [[null, 28, 28], true],
    [[28, 28], true],
    [[null, 8, 128], true],
    [[null, 28, 7], false],
    [[null, 128, 3], false],
    [[null, null, 28], false],
    [[null, 784], false],
    [[5, 28, 28], false],
    [[null, 28, 28, 1], false],
  ])('of the shape %j may be grey without channels: %j', (shape, expected) => {
    expect(isGreyInput(input(shape))).toBe(expected);
    expect(isImageInput(input(shape))).toBe(shape.length === 4);
  });

  it.each(['float64', 'float16', 'bfloat16', 'int8', 'int16', 'uint16', 'int64'] as const)(
    'of dtype %s takes pictures',
    (dtype) => expect(isImageInput(input([null, 224, 224, 3], dtype))).toBe(true),
  );
});
