import type { Settings } from './settings.js';

/** Who sees the documentation: a server for others shows it only where that is asked for. */
export function docsAccess(
  { docs }: Pick<Settings, 'docs'>,
  nodeEnv = process.env.NODE_ENV,
): 'on' | 'key' | 'off' {
  if (docs !== 'auto') return docs;
  return nodeEnv === 'production' ? 'off' : 'on';
}
