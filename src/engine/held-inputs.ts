import { isElementwise } from '../graph/elementwise.js';
import type { SavedSignature } from '../saved-model/signature.js';
import type { HeldInputs } from './input-shapes.js';
import type { OpenedModel } from './open-model.js';
import { publicSignature } from './signatures.js';

/** The inputs of those of the model's signatures that are held to their shapes. */
export function heldInputs(
  { saved }: Pick<OpenedModel, 'saved'>,
  signatures: ReadonlyMap<string, SavedSignature>,
): HeldInputs {
  const held = [...signatures].filter(([, signature]) => !saved || !isElementwise(saved, signature));
  return new Map(held.map(([name, signature]) => [name, publicSignature(signature).inputs]));
}
