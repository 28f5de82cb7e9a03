/** What nested lists measure: `size` elements, each of the shape `of`. A number is of the shape `NUMBER`, which has no size. */
export interface Shape {
  readonly size: number;
  /** `null` for `NUMBER` itself, and for what an empty list would hold. */
  readonly of: Shape | null;
  readonly rank: number;
  /** Numbers in all. */
  readonly elements: number;
}

export const NUMBER: Shape = { size: 1, of: null, rank: 0, elements: 1 };

/** As many dimensions as a tensor of TensorFlow has at most (`tensorflow/core/framework/tensor_shape.h`). */
export const MAX_RANK = 254;

export function listOf(size: number, of: Shape | null): Shape {
  return { size, of, rank: (of?.rank ?? 0) + 1, elements: size * (of?.elements ?? 0) };
}

/** `[2, 3]` for two lists of three numbers; `[]` for a number. */
export function dimensions(shape: Shape): number[] {
  const sizes: number[] = [];
  for (let inner: Shape | null = shape; inner !== null && inner.rank > 0; inner = inner.of)
    sizes.push(inner.size);
  return sizes;
}
