import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { LoadOptions } from '../engine/engine.js';
import type { ModelConfig } from './model-config.js';

/**
 * How an engine is to load a model that has this `model.yaml`.
 * @param root the folder that no link may lead out of
 */
export function loadOptionsOf(
  { allowOps = [], optimise }: Partial<ModelConfig>,
  { tensornestCacheDir }: Pick<Settings, 'tensornestCacheDir'>,
  root: string,
): LoadOptions {
  const cacheDirectory = join(tensornestCacheDir, 'models');
  return { allowOps, optimise: optimise !== 'off', root, cacheDirectory };
}
