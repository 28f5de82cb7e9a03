import type { Axis } from './axis.js';
import type { LineStyle } from './line-style.js';
import { element, path, text, title } from './svg.js';

/** Where the plot of a panel lies in the picture, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  readonly box: Box;
  readonly x: Axis;
  readonly y: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
}

export interface PlottedPoint {
  readonly x: number;
  readonly y: number;
  /** The ends of the bar that shows the spread. */
  readonly bar?: readonly [number, number];
  /** What is shown where the pointer rests on it. */
  readonly title: string;
}

const GRID = '#e3e3e3';
const INK = '#222222';

export function place({ box, x, y }: Panel, point: { x: number; y: number }): [number, number] {
  return [box.left + x.position(point.x) * box.width, box.top + (1 - y.position(point.y)) * box.height];
}

/** The grid, the numbers at it and what they are. */
export function drawAxes(panel: Panel): string {
  const { box, x, y, xLabel, yLabel } = panel;
  const bottom = box.top + box.height;
  const right = box.left + box.width;
  const across = y.ticks.flatMap((tick) => {
    const height = bottom - y.position(tick) * box.height;
    const label = { x: box.left - 8, y: height + 4, 'text-anchor': 'end' };
    return [line([box.left, height], [right, height], GRID), text(String(tick), label)];
  });
  const upright = x.ticks.flatMap((tick) => {
    const left = box.left + x.position(tick) * box.width;
    const label = { x: left, y: bottom + 18, 'text-anchor': 'middle' };
    return [line([left, box.top], [left, bottom], GRID), text(String(tick), label)];
  });
  return element(
    'g',
    { fill: INK, 'font-size': 12 },
    ...across,
    ...upright,
    line([box.left, bottom], [right, bottom], INK),
    line([box.left, box.top], [box.left, bottom], INK),
    text(xLabel, { x: box.left + box.width / 2, y: bottom + 40, 'text-anchor': 'middle' }),
    text(yLabel, { x: box.left - 8, y: box.top - 14, 'font-weight': 'bold' }),
  );
}

/** One line with its bars and markers. */
export function drawLine(panel: Panel, points: readonly PlottedPoint[], style: LineStyle): string {
  const places = points.map((point) => place(panel, point));
  const stroke = { stroke: style.colour, 'stroke-width': 2 };
  return element(
    'g',
    {},
    path(places, { ...stroke, 'stroke-dasharray': style.dashes, 'stroke-linejoin': 'round' }),
    ...points.flatMap(({ x, bar }) => (bar ? [drawBar(panel, x, bar, style.colour)] : [])),
    ...points.map((point, index) => drawMarker(places[index]!, style, point.title)),
  );
}

/** A line across the panel at a height that stands for a limit. */
export function drawLimit(panel: Panel, y: number, label: string): string {
  const { box } = panel;
  const height = place(panel, { x: panel.x.ticks[0]!, y })[1];
  return element(
    'g',
    { fill: INK, 'font-size': 12 },
    path(
      [
        [box.left, height],
        [box.left + box.width, height],
      ],
      { stroke: INK, 'stroke-width': 1, 'stroke-dasharray': '3 4' },
    ),
    haloed(label, { x: box.left + 8, y: height + 16 }),
  );
}

/** A ring around a point of a panel, or of the legend. */
export function drawRing([cx, cy]: readonly [number, number]): string {
  return element('circle', { cx, cy, r: 10, fill: 'none', stroke: INK, 'stroke-width': 2.5 });
}

/** A marker of a line, as in the legend. */
export function drawMarker([x, y]: readonly [number, number], style: LineStyle, shown = ''): string {
  const attributes = { fill: style.colour, stroke: '#ffffff', 'stroke-width': 1 };
  const inside = shown === '' ? [] : [title(shown)];
  switch (style.marker) {
    case 'circle':
      return element('circle', { cx: x, cy: y, r: 4.5, ...attributes }, ...inside);
    case 'square':
      return element('rect', { x: x - 4, y: y - 4, width: 8, height: 8, ...attributes }, ...inside);
    case 'diamond':
      return polygon([x, y - 6, x + 6, y, x, y + 6, x - 6, y], attributes, inside);
    case 'triangle':
      return polygon([x, y - 5.5, x + 5.5, y + 4.5, x - 5.5, y + 4.5], attributes, inside);
  }
}

function polygon(corners: readonly number[], attributes: object, inside: readonly string[]): string {
  const points = corners.map((corner) => Math.round(corner * 10) / 10).join(' ');
  return element('polygon', { points, ...attributes }, ...inside);
}

function drawBar(panel: Panel, x: number, [low, high]: readonly [number, number], colour: string): string {
  const from = place(panel, { x, y: low });
  const to = place(panel, { x, y: high });
  const caps = [from, to].map(([left, top]) => line([left - 4, top], [left + 4, top], colour));
  return line(from, to, colour) + caps.join('');
}

function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], stroke: string) {
  return element('line', { x1, y1, x2, y2, stroke, 'stroke-width': 1 });
}

/** Text that can be read on top of lines. */
function haloed(content: string, attributes: Readonly<Record<string, string | number>>): string {
  const halo = { stroke: '#ffffff', 'stroke-width': 4, 'stroke-linejoin': 'round', 'paint-order': 'stroke' };
  return text(content, { ...attributes, ...halo });
}
