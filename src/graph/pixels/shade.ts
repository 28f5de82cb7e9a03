/** `t * multiply[c] + add[c]` of a picture's value `t`: for each channel, or once for all. */
export interface AffineMap {
  readonly multiply: readonly number[];
  readonly add: readonly number[];
}

/**
 * What a tensor holds where the picture that the graph was fed is one grey everywhere, of the value `t`. Where the picture lies, how large it
 * is and what surrounds it is not of interest.
 */
export interface Shade extends AffineMap {
  /** `null` where it is not known. */
  readonly rank: number | null;
  /** Which axis the channels are, counted from the last, which is 1; `null` as long as all are alike. */
  readonly axis: number | null;
  /** The least and the largest value of the picture that were not cut off. */
  readonly kept: readonly [number, number];
  /** Whether it was multiplied with random numbers, so that factors and terms are only about right. */
  readonly isDrawn: boolean;
}

/** Nothing was cut off. */
const ALL = [-Infinity, Infinity] as const;

/** More are no channels of a picture any more, blocks of pixels among them. */
export const MAX_CHANNELS = 64;

/** The picture itself. */
export function pictureOf(rank: number | null): Shade {
  return { multiply: [1], add: [0], rank, axis: null, kept: ALL, isDrawn: false };
}

/** A tensor that the picture has no part in. */
export function constant(add: readonly number[], rank: number | null, axis: number | null): Shade {
  return shade({ multiply: [0], add, rank, axis, kept: ALL, isDrawn: false });
}

/** The number of a channel, where one may stand for all. */
export function of(values: ArrayLike<number>, channel: number): number {
  return values[values.length === 1 ? 0 : channel]!;
}

/** With one number for all channels where all are alike. */
export function shade(from: Shade): Shade {
  const { multiply, add } = from;
  const isOne = [multiply, add].every((values) => values.every((value) => value === values[0]));
  return isOne ? { ...from, multiply: [multiply[0]!], add: [add[0]!], axis: null } : from;
}

/** Two tensors element by element; `null` where their channels do not lie alike. */
export function combined(
  a: Shade,
  b: Shade,
  of2: (a: readonly [number, number], b: readonly [number, number]) => readonly [number, number],
): Shade | null {
  const channels = Math.max(countOf(a), countOf(b));
  if ([a, b].some((one) => one.axis !== null && countOf(one) !== channels)) return null;
  if (a.axis !== null && b.axis !== null && a.axis !== b.axis) return null;
  const each = Array.from({ length: channels }, (_, channel) =>
    of2([of(a.multiply, channel), of(a.add, channel)], [of(b.multiply, channel), of(b.add, channel)]),
  );
  return shade({
    multiply: each.map(([multiply]) => multiply),
    add: each.map(([, add]) => add),
    rank: a.rank === null || b.rank === null ? null : Math.max(a.rank, b.rank),
    axis: a.axis ?? b.axis,
    kept: keptOf(a, b),
    isDrawn: a.isDrawn || b.isDrawn,
  });
}

function keptOf(a: Shade, b: Shade): Shade['kept'] {
  if (isConstant(b)) return a.kept;
  return isConstant(a) || (a.kept[0] === b.kept[0] && a.kept[1] === b.kept[1]) ? b.kept : ALL;
}

export function countOf({ multiply, add }: AffineMap): number {
  return Math.max(multiply.length, add.length);
}

/** Whether a tensor holds the same whatever the picture is. */
export function isConstant({ multiply }: AffineMap): boolean {
  return multiply.every((factor) => factor === 0);
}

export function isAlike(a: Shade, b: Shade): boolean {
  return a.axis === b.axis && isEqual(a.multiply, b.multiply) && isEqual(a.add, b.add);
}

function isEqual(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** Some of the channels, in another order or several times. */
export function picked(from: Shade, channels: readonly number[]): Shade | null {
  if (channels.length === 0 || channels.length > MAX_CHANNELS) return null;
  if (channels.some((channel) => channel < 0 || channel >= countOf(from))) return null;
  return shade({
    ...from,
    multiply: channels.map((channel) => of(from.multiply, channel)),
    add: channels.map((channel) => of(from.add, channel)),
  });
}

/** An axis, which may be negative as Python counts, counted from the last; `null` where the rank would tell and is not known. */
export function fromLast(axis: number, rank: number | null): number | null {
  if (axis < 0) return -axis;
  return rank === null ? null : rank - axis;
}
