import { admit } from '../saved-model/admit.js';
import { openVariables, type VariablesBundle } from '../saved-model/bundle.js';
import { withoutPins } from '../saved-model/device-pins.js';
import { readSavedModel, type SavedModelFile } from '../saved-model/saved-model-file.js';
import { SavedModelError } from '../saved-model/saved-model.errors.js';
import { NotFlatError } from './flat-graph.js';
import { flatten } from './flatten.js';
import { pixelRanges } from './pixel-range.js';
import { simplify } from './simplify.js';

/**
 * Reads everything of a SavedModel, checks its ops, rewrites it, and gives what it was refused for; `null` if all of it was read, be
 * it rewritten or not. Anything but a sound refusal throws.
 */
export async function refusalOf(directory: string): Promise<string | null> {
  try {
    const { model, refusal } = admit(await readSavedModel(directory), []);
    if (refusal !== null) return refusal;
    const variables = await openVariables(directory);
    try {
      await readVariables(variables);
      await rewrite(withoutPins(model), variables);
    } finally {
      await variables?.close();
    }
    return null;
  } catch (error) {
    if (!(error instanceof SavedModelError)) throw error;
    if (!isSentence(error.message)) throw new Error('Not one sentence.', { cause: error });
    return error.message;
  }
}

async function readVariables(variables: VariablesBundle | null): Promise<void> {
  for (const { name, dtype } of variables?.entries.values() ?? []) {
    await (dtype === 'string' ? variables?.readStrings(name) : variables?.read(name));
  }
}

async function rewrite(model: SavedModelFile, variables: VariablesBundle | null): Promise<void> {
  try {
    const { graph: flat } = await flatten(model, variables);
    pixelRanges(flat);
    simplify(flat);
  } catch (error) {
    if (!(error instanceof NotFlatError)) throw error;
    if (!/^Its? [^\n]{10,500}\.$/.test(error.message)) throw new Error('Not one sentence.', { cause: error });
  }
}

function isSentence(text: string): boolean {
  return /^[^\n]{10,500}\.$/.test(text) && /^(saved_model\.|variables\/variables\.)/.test(text);
}
