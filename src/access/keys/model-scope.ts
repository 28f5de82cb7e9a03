import { show } from '../../config/expect.js';
import { ServingError } from '../../errors/serving-error.js';
import type { ApiKey } from './api-key.js';

/** Whether a caller may use a model; undefined is a caller with `AUTH=off`, who may use every one. */
export function mayUse(apiKey: ApiKey | undefined, model: string): boolean {
  return apiKey === undefined || apiKey.models === null || apiKey.models.includes(model);
}

/**
 * To be asked before it is looked up whether the model exists, or a key could find out which do.
 * @throws ServingError KEY_FORBIDDEN naming the model and those the key is for.
 */
export function assertModelAllowed(apiKey: ApiKey | undefined, model: string): void {
  if (mayUse(apiKey, model)) return;
  throw new ServingError(
    'KEY_FORBIDDEN',
    `This API key may not use the model ${show(model)}; it is for ${apiKey?.models?.join(', ')}.`,
  );
}

/**
 * The same for a request that names no model: which one it would be is not told to a key that may not use it.
 * @throws ServingError KEY_FORBIDDEN
 */
export function assertDefaultAllowed(apiKey: ApiKey | undefined, model: string): void {
  if (mayUse(apiKey, model)) return;
  const [first = ''] = apiKey?.models ?? [];
  throw new ServingError(
    'KEY_FORBIDDEN',
    `This API key may not use the default model; it is for ${apiKey?.models?.join(', ')}. POST to /models/${first}/predict.`,
  );
}
