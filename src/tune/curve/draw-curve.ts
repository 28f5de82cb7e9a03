import { threadsText, threeDigits } from '../format.js';
import { medianOf, type Point, spreadOf } from '../point.js';
import { byThreads, type Tuning } from '../tuning.js';
import { doublingAxis, linearAxis, logarithmicAxis } from './axis.js';
import { type LineStyle, lineStyle } from './line-style.js';
import { drawAxes, drawLimit, drawLine, drawMarker, drawRing, type Panel, place } from './panel.js';
import { element, path, text } from './svg.js';

const WIDTH = 960;
const HEIGHT = 528;
const LEGEND_TOP = 62;
const CHOSEN_TOP = 92;

/** The curve as an SVG picture: throughput by batch size on the left, the time of one batch on the right. */
export function drawCurve(tuning: Tuning): string {
  const { model, version, rows, points, choice } = tuning;
  const lines = [...byThreads(points)];
  const styles = new Map(lines.map(([threads], index) => [threads, lineStyle(lines.length - 1 - index)]));
  const rate = ratePanel(tuning);
  const time = timePanel(tuning);
  const { batchSize, rates, msPerBatch } = choice.point;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      'font-family': 'system-ui, sans-serif',
      role: 'img',
    },
    element('rect', { width: WIDTH, height: HEIGHT, fill: '#ffffff' }),
    text(`${model}/${version}: ${rows} per second by batch size`, {
      x: 24,
      y: 34,
      'font-size': 18,
      'font-weight': 'bold',
      fill: '#222222',
    }),
    drawLegend(styles),
    drawChosen(tuning),
    drawAxes(rate),
    drawAxes(time),
    isShown(tuning) ? drawLimit(time, tuning.latencyMs, `longest allowed: ${tuning.latencyMs} ms`) : '',
    ...lines.map(([count, line]) => drawLine(rate, line.map(ratePoint(tuning)), styles.get(count)!)),
    ...lines.map(([count, line]) => drawLine(time, line.map(timePoint), styles.get(count)!)),
    drawRing(place(rate, { x: batchSize, y: medianOf(rates) })),
    drawRing(place(time, { x: batchSize, y: msPerBatch })),
    ...caption(tuning).map((line, index) =>
      text(line, { x: 24, y: HEIGHT - 34 + 17 * index, 'font-size': 12, fill: '#555555' }),
    ),
  );
}

function ratePanel({ points, rows }: Tuning): Panel {
  return {
    box: { left: 70, top: 148, width: 390, height: 270 },
    x: doublingAxis(batchSizesOf(points)),
    y: linearAxis(Math.max(...points.map(({ rates }) => spreadOf(rates).high)) * 1.05),
    xLabel: `batch size (${rows} in one run)`,
    yLabel: `${rows} per second`,
  };
}

function timePanel(tuning: Tuning): Panel {
  const { points, rows, latencyMs } = tuning;
  const times = points.map(({ msPerBatch }) => msPerBatch);
  const shown = isShown(tuning) ? [...times, latencyMs] : times;
  return {
    box: { left: 546, top: 148, width: 390, height: 270 },
    x: doublingAxis(batchSizesOf(points)),
    y: logarithmicAxis(Math.min(...shown), Math.max(...shown)),
    xLabel: `batch size (${rows} in one run)`,
    yLabel: 'ms per batch',
  };
}

/** Whether the limit is near enough to what was measured to be drawn. */
function isShown({ points, latencyMs }: Tuning): boolean {
  const times = points.map(({ msPerBatch }) => msPerBatch);
  return latencyMs >= Math.min(...times) / 4 && latencyMs <= Math.max(...times) * 4;
}

function batchSizesOf(points: readonly Point[]): number[] {
  return [...new Set(points.map(({ batchSize }) => batchSize))].toSorted((a, b) => a - b);
}

function ratePoint({ rows }: Tuning) {
  return ({ threads, batchSize, rates }: Point) => {
    const { low, median, high } = spreadOf(rates);
    const spread = `${threeDigits(low)} to ${threeDigits(high)}`;
    const told = `${threadsText(threads)}, ${batchSize} at a time: ${threeDigits(median)} ${rows}/s (${spread})`;
    return { x: batchSize, y: median, bar: [low, high] as const, title: told };
  };
}

function timePoint({ threads, batchSize, msPerBatch }: Point) {
  const told = `${threadsText(threads)}, ${batchSize} at a time: ${threeDigits(msPerBatch)} ms per batch`;
  return { x: batchSize, y: msPerBatch, title: told };
}

function drawLegend(styles: ReadonlyMap<number, LineStyle>): string {
  const entries = [...styles].map(([threads, style], index) => {
    const left = 24 + 126 * index;
    const line = { stroke: style.colour, 'stroke-width': 2, 'stroke-dasharray': style.dashes };
    return [
      path(
        [
          [left, LEGEND_TOP],
          [left + 34, LEGEND_TOP],
        ],
        line,
      ),
      drawMarker([left + 17, LEGEND_TOP], style),
      text(threadsText(threads), { x: left + 42, y: LEGEND_TOP + 4, 'font-size': 13, fill: '#222222' }),
    ].join('');
  });
  return element('g', {}, ...entries);
}

function drawChosen({ choice, rows }: Tuning): string {
  const { batchSize, threads, rates, msPerBatch } = choice.point;
  const rate = `${threeDigits(medianOf(rates))} ${rows}/s, ${threeDigits(msPerBatch)} ms per batch`;
  const chosen = `chosen: ${batchSize} at a time, ${threadsText(threads)}: ${rate}`;
  return (
    drawRing([41, CHOSEN_TOP]) + text(chosen, { x: 66, y: CHOSEN_TOP + 4, 'font-size': 13, fill: '#222222' })
  );
}

function caption({ machine, software, measuredAt, rounds, sliceMs, rows, side }: Tuning): string[] {
  const pictures = side === undefined ? '' : ` of ${side}×${side}`;
  const date = measuredAt.toISOString().slice(0, 10);
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.device}; ${software.engine}, Node ${software.node}, Tensornest ${software.tensornest}; ${date}`,
    `Medians of ${rounds} rounds of ${sliceMs / 1000} s for each number; bars: the middle half of the rounds. Random ${rows}${pictures}; without decoding and HTTP.`,
  ];
}
