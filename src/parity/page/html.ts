import { escapeMarkup } from '../../command/escape-markup.js';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Html[];

/** A piece of HTML, whose parts are escaped unless they are HTML themselves. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = pieces.map((piece, index) => piece + (index < parts.length ? write(parts[index]!) : ''));
  return new Html(written.join(''));
}

function write(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escapeMarkup(String(part));
}
