import type { Settings } from '../../config/settings.js';
import type { AccountLimits } from './body-account.js';

/** How long a request waits for memory for its body, in ms. */
const PATIENCE_MS = 5_000;

/** What of the memory for bodies this process has: each HTTP worker its share, but room for the largest body. */
export function shareOf({
  maxInflightBytes,
  maxInflightBytesPerKey,
  maxBodyBytes,
  maxJsonNumbers,
  httpWorkers,
}: Pick<
  Settings,
  'maxInflightBytes' | 'maxInflightBytesPerKey' | 'maxBodyBytes' | 'maxJsonNumbers' | 'httpWorkers'
>): AccountLimits {
  const largest = maxBodyBytes + 9 * maxJsonNumbers;
  const maxBytes = Math.max(Math.ceil(maxInflightBytes / httpWorkers), largest);
  const perKey = maxInflightBytesPerKey === 0 ? maxInflightBytes / 2 : maxInflightBytesPerKey;
  const maxBytesPerCaller = Math.min(Math.max(Math.ceil(perKey / httpWorkers), largest), maxBytes);
  return { maxBytes, maxBytesPerCaller, patienceMs: PATIENCE_MS };
}
