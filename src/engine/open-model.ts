import { flatten } from '../graph/flatten.js';
import type { FlatGraph } from '../graph/flat-graph.js';
import { openVariables } from '../saved-model/bundle.js';
import { checkOps } from '../saved-model/check-ops.js';
import { readSavedModel, type SavedModelFile } from '../saved-model/saved-model-file.js';
import { SavedModelError } from '../saved-model/saved-model.errors.js';
import { EngineError } from './engine.js';

/** What lies in a version's folder, read and checked. Nothing of it has run. */
export interface OpenedModel {
  readonly saved: SavedModelFile;
  /**
   * All that it computes as one flat graph.
   * @throws NotFlatError if it computes with what is not pure, EngineError if a variable is damaged
   */
  flat(): Promise<FlatGraph>;
}

/**
 * Reads a version's folder. A SavedModel is a program: nothing of it runs before each of its ops was found on the list of the allowed
 * ones. Its bundle of variables is opened and closed again: of one that is damaged, our reader says what is wrong in a sentence.
 * @throws EngineError `load`
 */
export async function openModel(directory: string, allowOps: readonly string[]): Promise<OpenedModel> {
  return asLoadError(async () => {
    const saved = await readSavedModel(directory);
    const [refusal, ...others] = checkOps(saved, allowOps);
    if (refusal) {
      const more = others.length === 0 ? '' : ` (${others.length} more of its nodes are refused.)`;
      throw new EngineError('load', refusal.message + more);
    }
    const variables = await openVariables(directory);
    await variables?.close();
    return { saved, flat: () => asLoadError(() => flattened(directory, saved)) };
  });
}

async function flattened(directory: string, saved: SavedModelFile): Promise<FlatGraph> {
  const variables = await openVariables(directory);
  try {
    return await flatten(saved, variables);
  } finally {
    await variables?.close();
  }
}

async function asLoadError<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof SavedModelError ? new EngineError('load', error.message) : error;
  }
}
