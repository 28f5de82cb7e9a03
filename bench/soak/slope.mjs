/** Until a process has its size, in s; later samples alone count. */
const WARM = 60;
/** In s: neighbouring samples hang together, means of half a minute hardly. */
const BIN = 30;
/** 97.5 % of Student's t with so many degrees of freedom, from 1 on; 1.96 above. */
const STUDENT = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
  2.09, 2.09,
];

/**
 * How fast a figure grows: one slope for all processes of a role, each with a level of its own, by least squares over means of 30 s.
 * @param samples `{ at (s), pid, value }`
 * @returns `slope` a second, `plusMinus` half the width of its interval of 95 % confidence, `bins`; `undefined` with too few
 */
export function slopeOf(samples) {
  const lives = [...grouped(samples, ({ pid }) => pid).values()].map(binned);
  const bins = lives.flat();
  let [xx, xy, yy] = [0, 0, 0];
  for (const life of lives) {
    const [meanAt, mean] = [average(life.map(({ at }) => at)), average(life.map(({ value }) => value))];
    for (const { at, value } of life) {
      xx += (at - meanAt) ** 2;
      xy += (at - meanAt) * (value - mean);
      yy += (value - mean) ** 2;
    }
  }
  const freedom = bins.length - lives.filter((life) => life.length > 0).length - 1;
  if (freedom < 1 || xx === 0) return undefined;
  const slope = xy / xx;
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / freedom / xx);
  return { slope, plusMinus: error * (STUDENT[freedom - 1] ?? 1.96), bins: bins.length };
}

function binned(samples) {
  const from = samples[0].at + WARM;
  const late = samples.filter(({ at }) => at >= from);
  return [...grouped(late, ({ at }) => Math.floor((at - from) / BIN)).values()].map((bin) => ({
    at: average(bin.map(({ at }) => at)),
    value: average(bin.map(({ value }) => value)),
  }));
}

/** A list by what each of its members is asked for. */
export function grouped(list, read) {
  const groups = new Map();
  for (const one of list) {
    const group = groups.get(read(one)) ?? [];
    group.push(one);
    groups.set(read(one), group);
  }
  return groups;
}

function average(list) {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}
