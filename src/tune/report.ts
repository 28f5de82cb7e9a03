import { threadsText, threeDigits } from './format.js';
import { medianOf, type Point, spreadOf } from './point.js';
import { byThreads, type Tuning } from './tuning.js';

/** What was measured as a table: a row for each batch size, a column for each number of threads. */
export function tableOf({ points, rows, rounds }: Tuning): string {
  const columns = [...byThreads(points)];
  const batchSizes = [...new Set(points.map(({ batchSize }) => batchSize))].toSorted((a, b) => a - b);
  const lines = [
    ['at a time', ...columns.map(([threads]) => threadsText(threads))],
    ...batchSizes.map((size) => [
      String(size),
      ...columns.map(([, column]) => cell(column.find(({ batchSize }) => batchSize === size))),
    ]),
  ];
  const widths = lines[0]!.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  const table = lines.map((line) =>
    line
      .map((entry, index) => entry.padEnd(widths[index]!))
      .join('   ')
      .trimEnd(),
  );
  return [`${rows}/s (the middle half of ${rounds} rounds), ms per batch`, '', ...table].join('\n');
}

function cell(point: Point | undefined): string {
  if (!point) return '-';
  const { low, median, high } = spreadOf(point.rates);
  return `${threeDigits(median)} (${threeDigits(low)} to ${threeDigits(high)}), ${threeDigits(point.msPerBatch)} ms`;
}

/** `flowers/3: 8 at a time give 212 pictures/s (1 at a time: 117)`. */
export function verdictOf({ model, version, points, rows, choice, latencyMs }: Tuning): string {
  const { point, inTime } = choice;
  const one = points.find(({ batchSize, threads }) => batchSize === 1 && threads === point.threads);
  const rate = threeDigits(medianOf(point.rates));
  const alone = one && point.batchSize > 1 ? ` (1 at a time: ${threeDigits(medianOf(one.rates))})` : '';
  const verb = point.batchSize === 1 ? 'gives' : 'give';
  const late = inTime
    ? ''
    : `, although even that takes ${threeDigits(point.msPerBatch)} ms, longer than the ${latencyMs} ms allowed`;
  return `${model}/${version}: ${point.batchSize} at a time ${verb} ${rate} ${rows}/s${alone}${late}`;
}

/** What to set for the threads; `undefined` where what is set is what was chosen, or nothing was compared. */
export function threadsAdvice({ points, choice, rows }: Tuning, set: number): string | undefined {
  const { threads, batchSize, rates } = choice.point;
  if (threads === set || byThreads(points).size === 1) return undefined;
  const now = points.find((point) => point.threads === set && point.batchSize === batchSize);
  const compared = now ? ` (${threadsText(set)}: ${threeDigits(medianOf(now.rates))})` : '';
  return `With ${threadsText(threads)} it is ${threeDigits(medianOf(rates))} ${rows}/s${compared}`;
}

/** How far a number may be off from round to round, in the middle half of them, before nothing can be told from it. */
const STEADY = 1.25;

/** What to tell of numbers that differ so much from round to round that the choice may be chance; `undefined` where they do not. */
export function noiseWarning({ points }: Tuning): string | undefined {
  const spreads = points.map(({ rates }) => spreadOf(rates)).map(({ low, high }) => high / low);
  const typical = medianOf(spreads);
  if (typical <= STEADY) return undefined;
  const percent = Math.round(100 * (typical - 1));
  return `The rounds differ by ${percent} %, so the choice may be chance, and nothing is said about threads: something else uses this machine, or --seconds is too short. Measure again when it is idle.`;
}

/** The numbers for programs, as `tuning.json`. */
export function jsonOf(tuning: Tuning): string {
  const { points, choice, measuredAt, sliceMs, ...rest } = tuning;
  const written = {
    ...rest,
    measuredAt: measuredAt.toISOString(),
    sliceSeconds: sliceMs / 1000,
    chosen: { batchSize: choice.point.batchSize, threads: choice.point.threads, inTime: choice.inTime },
    points: points.map(({ threads, batchSize, rates, msPerBatch }) => ({
      threads,
      batchSize,
      perSecond: rounded(medianOf(rates)),
      perSecondByRound: rates.map(rounded),
      msPerBatch: rounded(msPerBatch),
    })),
  };
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

function rounded(number: number): number {
  return Number(number.toPrecision(5));
}
