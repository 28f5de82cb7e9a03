import { stat } from 'node:fs/promises';
import { join } from 'node:path';

export type KerasFile = 'model.keras' | 'model.h5';

/** The Keras file of a model's folder: `model.keras`, or else `model.h5`. `null` if it has neither. */
export async function findKerasModel(directory: string): Promise<KerasFile | null> {
  for (const file of ['model.keras', 'model.h5'] as const) {
    const there = await stat(join(directory, file)).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return null;
}
