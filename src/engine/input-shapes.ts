import { EngineError, type NamedTensors } from './engine.js';
import { axesOf } from './normalise.js';
import { describeTensor, elements, fits, type Tensor, type TensorSpec } from './tensor.js';

/** The inputs of signatures that are held to their shapes, by the signature's name. */
export type HeldInputs = ReadonlyMap<string, readonly TensorSpec[]>;

/**
 * Holds inputs against the shapes of their signature, but for the first dimension, which may be of any size: some of TensorFlow's kernels
 * end the process where a tensor is of another rank than they were told, and no caller shall be able to do that. Signatures that
 * compute element by element are not held to theirs, which are often narrower than what their graph takes.
 */
export class InputShapes {
  /**
   * @param mayBeEmpty whether an input may have no elements
   */
  constructor(
    private readonly held: HeldInputs,
    private readonly mayBeEmpty: boolean,
  ) {}

  /** @throws EngineError `input` */
  check(signature: string, inputs: NamedTensors): void {
    for (const spec of this.held.get(signature) ?? []) {
      const input = inputs[spec.name];
      if (!input) continue;
      const isEmpty = elements(input.shape) === 0 && !this.mayBeEmpty;
      if (fits(shapeInGraph(input), ofAnyBatch(spec.shape)) && !isEmpty) continue;
      const expected = isEmpty ? `at least one element of ${describeTensor(spec)}` : describeTensor(spec);
      const received = `but received the shape [${input.shape.join(', ')}]`;
      throw new EngineError('input', `Expected ${expected} for the input "${spec.name}" ${received}.`);
    }
  }
}

function ofAnyBatch(shape: TensorSpec['shape']): TensorSpec['shape'] {
  return shape && shape.map((size, axis) => (axis === 0 ? null : size));
}

/** Of pixels, once they are arranged as the graph takes them. */
function shapeInGraph({ shape, normalise }: Tensor): readonly number[] {
  if (!normalise) return shape;
  const [height = 1, width = 1, channels = 1] = shape.slice(-3);
  return [...shape.slice(0, -3), ...axesOf(normalise.layout, height, width, channels)];
}
