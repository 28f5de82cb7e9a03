/** How the line of one number of threads is told from the others: by colour, by brightness and by its dashes. */
export interface LineStyle {
  readonly colour: string;
  /** SVG's `stroke-dasharray`. */
  readonly dashes: string;
  readonly marker: 'circle' | 'square' | 'diamond' | 'triangle';
}

/** From dark to light, so that they differ in greyscale too. */
const COLOURS = ['#1b1464', '#a3123a', '#1a62a5', '#c85a00', '#4cb081', '#d796d4', '#9ad2ea'];
const DASHES = ['none', '7 3', '2 3', '9 3 2 3'];
const MARKERS = ['circle', 'square', 'diamond', 'triangle'] as const;

/** @param index of the line, 0 for the most threads: the line that matters most is the darkest */
export function lineStyle(index: number): LineStyle {
  return {
    colour: COLOURS[index % COLOURS.length]!,
    dashes: DASHES[index % DASHES.length]!,
    marker: MARKERS[index % MARKERS.length]!,
  };
}
