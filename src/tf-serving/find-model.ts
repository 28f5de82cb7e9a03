import { ServingError } from '../errors/serving-error.js';
import type { Line } from '../line/line.js';
import type { ModelHandle } from '../models/model-handle.js';
import type { ModelsService } from '../models/models.service.js';
import type { Servable } from '../models/servable.js';
import type { Wanted } from '../models/served-model.js';
import type { Caller } from '../models/traffic.js';
import type { Call } from '../turns/call.js';
import type { Target } from './path.js';
import { versionsOf } from './response/model-status.js';
import { StatusError } from './status.js';

/**
 * Hands over the version that a path asks for, and takes it back.
 * @throws StatusError NOT_FOUND, or INVALID_ARGUMENT for an unknown label; ServingError MODEL_NOT_READY at the start, or the signal's reason
 */
export async function withTarget<T>(
  { line, models }: { readonly line: Line; readonly models: ModelsService },
  target: Target,
  caller: Caller,
  call: Call,
  use: (model: ModelHandle) => Promise<T>,
): Promise<T> {
  let isFound = false;
  try {
    return await line.withModel(wantedOf(target), caller, call, (model) => {
      isFound = true;
      return use(model);
    });
  } catch (error) {
    throw isFound ? error : notServed(target, error, models.isStarted);
  }
}

/**
 * What the status of a path tells of. Like TensorFlow Serving's, it looks past a label.
 * @throws StatusError NOT_FOUND
 */
export function statusOfTarget(models: ModelsService, { name, version }: Target): readonly Servable[] {
  const model = models.all().find((one) => one.name === name);
  const versions = model ? versionsOf(model) : [];
  const asked =
    version === undefined ? versions : versions.filter((servable) => BigInt(servable.version) === version);
  if (asked.length > 0) return asked;
  const what = version === undefined ? 'any versions' : `version ${version}`;
  throw new StatusError('NOT_FOUND', `Could not find ${what} of model ${name}`);
}

function wantedOf({ name, version, label }: Target): Wanted {
  // No version is beyond 2^53; that many would be taken for one that is.
  if (version !== undefined && version > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ServingError('MODEL_NOT_FOUND', 'No version is as high.');
  return { name, label, version: version === undefined ? undefined : Number(version) };
}

/** The same in TensorFlow Serving's words (`model_servers/server_core.cc`, `core/aspired_versions_manager.cc`). */
function notServed({ name, version, label }: Target, error: unknown, isStarted: boolean): unknown {
  if (!(error instanceof ServingError)) return error;
  // There the port is closed until the models are loaded; from then on one that cannot be used is one that is not there.
  const isUnknown = error.code === 'MODEL_NOT_FOUND' || (error.code === 'MODEL_NOT_READY' && isStarted);
  if (error.code === 'LABEL_NOT_FOUND' || (isUnknown && label !== undefined))
    return new StatusError('INVALID_ARGUMENT', `Unrecognized servable version label: ${label}`);
  if (!isUnknown) return error;
  const asked = version === undefined ? `Latest(${name})` : `Specific(${name}, ${version})`;
  return new StatusError('NOT_FOUND', `Servable not found for request: ${asked}`);
}
