import type { ServedModel } from '../../models/served-model.js';
import type { Servable } from '../../models/servable.js';

/** The JSON of TensorFlow Serving's `GetModelStatusResponse`. @param versions in the order in which they shall stand */
export function modelStatus(versions: readonly Servable[]): object {
  return { model_version_status: versions.map(versionStatus) };
}

/** A model's versions, the highest first; of one that was loaded several times, the life that counts. */
export function versionsOf(model: ServedModel): Servable[] {
  const numbers = [...new Set(model.servables.map(({ version }) => version))].toSorted((a, b) => b - a);
  return numbers.flatMap((number) => model.find(number) ?? []);
}

function versionStatus({ version, state, idle, isServing, error }: Servable): object {
  return {
    version: String(version),
    // One that rests is loaded when it is asked for: whoever waits for it to be available would wait for ever.
    state: idle && isServing ? 'AVAILABLE' : state,
    status: { error_code: error === undefined ? 'OK' : 'UNKNOWN', error_message: error ?? '' },
  };
}
