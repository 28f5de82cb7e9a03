/** Numbers of a shape, row-major. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** Ops of one tensor that go element by element, in float64. */
export const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
};

/** Ops of two. */
export const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  AddV2: (a, b) => a + b,
  Maximum: Math.max,
  Mul: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Sub: (a, b) => a - b,
};

/**
 * Element by element, with sizes of 1 stretched to the other's (NumPy's rule), in float64. `null` if they do not fit, or the result
 * has more than `most` elements.
 */
export function broadcast(
  a: Numbers,
  b: Numbers,
  compute: (a: number, b: number) => number,
  most: number,
): Numbers | null {
  const rank = Math.max(a.shape.length, b.shape.length);
  const left = padded(a.shape, rank);
  const right = padded(b.shape, rank);
  const shape = left.map((size, axis) => (size === 1 ? right[axis]! : size));
  if (shape.some((size, axis) => right[axis] !== 1 && right[axis] !== size)) return null;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > most) return null;
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    values[index] = compute(a.values[offset(index, shape, left)]!, b.values[offset(index, shape, right)]!);
  }
  return { shape, values };
}

function padded(shape: readonly number[], rank: number): number[] {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
}

/** Where the element at `index` of a tensor of `shape` lies in one of the shape `own`. */
function offset(index: number, shape: readonly number[], own: readonly number[]): number {
  let position = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const at = index % shape[axis]!;
    index = (index - at) / shape[axis]!;
    if (own[axis] !== 1) position += at * stride;
    stride *= own[axis]!;
  }
  return position;
}
