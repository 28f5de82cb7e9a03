import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { LoadOptions } from '../engine/engine.js';
import type { ModelConfig } from './model-config.js';

/** How an engine is to load a model that has this `model.yaml`. */
export function loadOptionsOf(
  { allowOps = [], optimise }: Partial<ModelConfig>,
  { tensornestCacheDir }: Pick<Settings, 'tensornestCacheDir'>,
): LoadOptions {
  return { allowOps, optimise: optimise !== 'off', cacheDirectory: join(tensornestCacheDir, 'models') };
}
