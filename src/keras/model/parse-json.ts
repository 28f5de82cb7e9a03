import { KerasFault } from '../keras.errors.js';
import type { Json } from './json.js';

/** EfficientNetB0 has 0.2 MB; parsed, a config takes some ten times its size. */
export const MAX_CONFIG_BYTES = 16 * 1024 ** 2;

/** The config is read by functions that call themselves. A real one has about twenty levels, and ten more for each model in a model. */
const MAX_DEPTH = 400;

/**
 * Parses the JSON text of a config.
 * @throws KerasFault if it is no JSON, too long or nested too deeply; `what` names it, such as `its config.json`
 */
export function parseJson(text: string, what: string): Json {
  if (text.length > MAX_CONFIG_BYTES) {
    throw new KerasFault(`has ${text.length} bytes of ${what} and may have ${MAX_CONFIG_BYTES} at most`);
  }
  if (depthOf(text) > MAX_DEPTH) {
    throw new KerasFault(`is damaged: ${what} is nested more than ${MAX_DEPTH} levels deep`);
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new KerasFault(`is damaged: ${what} is not JSON`);
  }
}

/** The deepest nesting of brackets outside of strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
