import { KEY_WITHIN } from '../access/keys/api-key.js';

/** An escape that a key's characters may be written as. */
const ESCAPE = /%[0-9a-f]{2}/gi;

/** A path, or whatever else a client chose, as a log may have it: of a key that was put there, its id alone. */
export function withoutKeys(text: string): string {
  const plain = text.includes('%') ? text.replace(ESCAPE, plainCharacter) : text;
  const hidden = plain.replace(KEY_WITHIN, 'tn_$1_…');
  return hidden === plain ? text : hidden;
}

function plainCharacter(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return /\w/.test(character) ? character : escape;
}
