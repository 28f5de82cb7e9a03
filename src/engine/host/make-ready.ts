import { EngineError, type EngineInfo } from '../engine.js';
import type { HeldModels } from './held-models.js';
import type { HostCalls } from './host-calls.js';
import type { HostProcess } from './host-process.js';

/**
 * Gives a new host the models of the one in service.
 * @returns what it takes then, in bytes
 * @throws EngineError if it is not fit to take over: it does not run them as the other does, or cannot load one
 */
export async function makeReady(
  next: HostProcess,
  inService: HostProcess,
  calls: HostCalls,
  models: HeldModels,
): Promise<number> {
  // One that has ended meanwhile is nothing to be held against.
  const before = await calls.info(inService).catch(() => null);
  const after = await calls.info(next);
  // A second process may find no place on the GPU, and the CPU would be slower than anybody expects.
  if (before && !isSame(before, after)) {
    throw new EngineError('load', `Another would be ${after.runtime} ${after.version} on ${after.device}.`);
  }
  await models.loadInto(next, (model, { message }) => {
    throw new EngineError('load', `Another cannot load ${model}: ${message}`);
  });
  return calls.memory(next);
}

function isSame(one: EngineInfo, other: EngineInfo): boolean {
  return one.runtime === other.runtime && one.version === other.version && one.device === other.device;
}
