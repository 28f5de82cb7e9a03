import { openVariables } from './bundle.js';
import { checkOps } from './check-ops.js';
import { readSavedModel } from './saved-model-file.js';
import { SavedModelError } from './saved-model.errors.js';

/**
 * Reads everything of a SavedModel, checks its ops, and gives what it was refused for; `null` if all of it was read.
 * Anything but a sound refusal throws.
 */
export async function refusalOf(directory: string): Promise<string | null> {
  try {
    const [refused] = checkOps(await readSavedModel(directory), []);
    if (refused) return refused.message;
    await readVariables(directory);
    return null;
  } catch (error) {
    if (!(error instanceof SavedModelError)) throw error;
    if (!isSentence(error.message)) throw new Error('Not one sentence.', { cause: error });
    return error.message;
  }
}

async function readVariables(directory: string): Promise<void> {
  const bundle = await openVariables(directory);
  try {
    for (const { name, dtype } of bundle?.entries.values() ?? []) {
      await (dtype === 'string' ? bundle?.readStrings(name) : bundle?.read(name));
    }
  } finally {
    await bundle?.close();
  }
}

function isSentence(text: string): boolean {
  return /^[^\n]{10,500}\.$/.test(text) && /^(saved_model\.|variables\/variables\.)/.test(text);
}
