const WIDTH = 900;
const LABELS = 250;
const RIGHT = 60;
const BAR = 22;
const STEP = 34;
const HEAD = 66;
const FOOT = 58;
const COLOURS = {
  ours: '#1f6f5c',
  peer: '#9aa5b1',
  text: '#1f2933',
  faint: '#52606d',
  grid: '#e4e7eb',
  limit: '#b7410e',
};
const FONT = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif"';

/** Pictures a second at 32 requests at a time, by server: a panel for each model, the limit as a line. @returns SVG */
export function drawChart(summary, about) {
  const panels = [];
  let top = 40;
  for (const model of summary) {
    const { drawn, height } = panel(model, top);
    panels.push(drawn);
    top += height;
  }
  const about1 = `${about.processor}, ${about.cores} cores; medians of ${about.options.rounds} round${about.options.rounds > 1 ? 's' : ''}, thin lines from the least to the most`;
  const title = 'Pictures a second over HTTP, 32 requests at a time';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 14}" width="${WIDTH}" height="${top + 14}" role="img" aria-label="${title}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(16, 30, title, { size: 19, weight: 'bold' }),
    ...panels,
    text(16, top, about1 + (about.quick ? '. A quick run: these numbers mean nothing' : ''), {
      size: 12,
      fill: COLOURS.faint,
    }),
    '</svg>\n',
  ].join('\n');
}

function panel({ name, servers, limits }, top) {
  const bars = servers
    .filter(({ failure }) => failure === undefined)
    .map(({ id, title, throughput }) => ({ id, title, ...throughput[32] }))
    .toSorted((a, b) => b.median - a.median);
  const limit = limits.limit.median;
  const tick = niceStep(Math.max(limit, ...bars.map(({ most }) => most)));
  const end = tick * Math.ceil((1.02 * Math.max(limit, ...bars.map(({ most }) => most))) / tick);
  const x = (value) => LABELS + ((WIDTH - LABELS - RIGHT) * value) / end;
  const first = top + HEAD;
  const bottom = first + bars.length * STEP;
  const ticks = Array.from({ length: Math.round(end / tick) + 1 }, (_, count) => count * tick);
  const drawn = [
    text(16, top + 30, name, { size: 16, weight: 'bold' }),
    ...ticks.flatMap((value) => [
      line(x(value), first - 8, x(value), bottom, COLOURS.grid, 1),
      text(x(value), bottom + 17, String(value), { size: 12, anchor: 'middle', fill: COLOURS.faint }),
    ]),
    ...bars.flatMap((bar, at) => drawBar(bar, first + at * STEP, x)),
    line(x(limit), first - 12, x(limit), bottom, COLOURS.limit, 2, '5 4'),
    text(x(limit), first - 18, `limit of decoding and engine, no HTTP: ${limit.toFixed(0)}`, {
      size: 12,
      anchor: x(limit) > WIDTH * 0.62 ? 'end' : 'start',
      fill: COLOURS.limit,
    }),
  ];
  return { drawn: drawn.join('\n'), height: bottom - top + FOOT - 14 };
}

function drawBar({ id, title, median, least, most }, y, x) {
  const ours = id === 'tensornest';
  const middle = y + BAR / 2;
  const value = median.toFixed(median < 10 ? 1 : 0);
  return [
    text(LABELS - 12, middle + 5, title, { size: 14, anchor: 'end', weight: ours ? 'bold' : 'normal' }),
    `<rect x="${x(0)}" y="${y}" width="${(x(median) - x(0)).toFixed(1)}" height="${BAR}" rx="2" fill="${ours ? COLOURS.ours : COLOURS.peer}"/>`,
    line(x(least), middle, x(most), middle, COLOURS.text, 1.5),
    line(x(least), middle - 4, x(least), middle + 4, COLOURS.text, 1.5),
    line(x(most), middle - 4, x(most), middle + 4, COLOURS.text, 1.5),
    text(x(0) + 8, middle + 5, value, { size: 13, weight: 'bold', fill: ours ? '#ffffff' : COLOURS.text }),
  ];
}

/** Of 1, 2 or 5 times a power of ten, such that some five to ten make up the whole. */
function niceStep(whole) {
  const rough = whole / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

function line(x1, y1, x2, y2, colour, width, dashes) {
  const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" stroke="${colour}" stroke-width="${width}"${dash}/>`;
}

function text(x, y, content, { size, anchor = 'start', weight = 'normal', fill = COLOURS.text }) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${FONT} font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}">${escaped}</text>`;
}
