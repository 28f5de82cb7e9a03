import type { Call } from '../turns/call.js';

/** A call of somebody who waits as long as it takes. */
export function callWith(signal: AbortSignal = new AbortController().signal): Call {
  return { signal, deadline: Infinity, caller: 'somebody', priority: 'normal' };
}
