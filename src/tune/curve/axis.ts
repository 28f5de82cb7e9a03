/** Where the numbers of one axis lie, and which of them are written at it. */
export interface Axis {
  readonly ticks: readonly number[];
  /** From 0, at the axis's start, to 1. */
  position(value: number): number;
}

/** From 0 to a round number that is at least `most`. */
export function linearAxis(most: number): Axis {
  const step = niceStep(most / 5);
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  const end = count * step;
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
  return { ticks, position: (value) => value / end };
}

/** In which equal factors are equal lengths, with ticks at 1, 2, 5, 10 …; at least one of them on each side of what is shown. */
export function logarithmicAxis(least: number, most: number): Axis {
  const ticks: number[] = [];
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(most));
  for (let power = first; power <= last; power++) {
    for (const digit of [1, 2, 5]) ticks.push(Number((digit * 10 ** power).toPrecision(3)));
  }
  const below = ticks.findLast((tick) => tick <= least) ?? least;
  const above = ticks.find((tick) => tick >= most && tick > below) ?? most;
  return between(below, above, ticks);
}

/** The batch sizes, each twice the one before, with some room on either side. */
export function doublingAxis(batchSizes: readonly number[]): Axis {
  const least = Math.min(...batchSizes);
  const most = Math.max(...batchSizes);
  return { ...between(least / 1.3, most * 1.3, batchSizes), ticks: batchSizes };
}

function between(start: number, end: number, ticks: readonly number[]): Axis {
  const length = Math.log(end / start);
  return {
    ticks: ticks.filter((tick) => tick >= start && tick <= end),
    position: (value) => Math.log(value / start) / length,
  };
}

function niceStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  const digit = [1, 2, 2.5, 5].find((candidate) => candidate * power >= about) ?? 10;
  return digit * power;
}
