/** Sizes of a tensor; `null` is known only at run time, as the number of examples always is. */
export type Shape = readonly (number | null)[];

/** A tensor of the graph that is being built: float32 unless said otherwise. */
export class Tensor {
  constructor(
    /** As an input of a node names it: `conv1/Conv2D` or `split:2`. */
    readonly name: string,
    readonly shape: Shape,
  ) {}

  get rank(): number {
    return this.shape.length;
  }
}

/** The number of elements; `null` if a size is not known. */
export function elements(shape: Shape): number | null {
  return shape.reduce<number | null>(
    (product, size) => (product === null || size === null ? null : product * size),
    1,
  );
}
