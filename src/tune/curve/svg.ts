import { escapeMarkup } from '../../command/escape-markup.js';

type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element: its children are SVG already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeMarkup(typeof value === 'number' ? rounded(value) : value)}"`,
  );
  return `<${name}${written.join('')}${children.length > 0 ? `>${children.join('')}</${name}>` : '/>'}`;
}

/** A line of text, which may hold any character. */
export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeMarkup(content));
}

/** What is shown where the pointer rests, and read out. */
export function title(content: string): string {
  return element('title', {}, escapeMarkup(content));
}

/** A polyline through points in pixels. */
export function path(points: readonly (readonly [number, number])[], attributes: Attributes): string {
  const d = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('');
  return element('path', { d, fill: 'none', ...attributes });
}

function rounded(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
