import { join } from 'node:path';
import { made } from './cache.mjs';

/**
 * `scale`: keras.applications' own preprocessing of it, by the name that model.yaml and the peers give it. `times`: how many times as long a load
 * lasts as was asked for; of a slow model it would else hold a few batches, and one more or less would be a third.
 */
const MODELS = {
  MobileNetV2: { scale: 'tf', times: 1 },
  ResNet50: { scale: 'caffe', times: 3 },
};
export const MODEL_NAMES = Object.keys(MODELS);
export const SIDE = 224;
export const CLASSES = 1000;
const TENSORFLOW = '2.20.0';

/** The models of scripts/models/applications.sh, which makes them if they are not there. They answer logits. */
export function applications(names) {
  const folder = made('scripts/models/applications.sh');
  return names.map((name) => {
    const own = join(folder, TENSORFLOW, name);
    return {
      name,
      ...MODELS[name],
      savedModel: join(own, 'export/1'),
      keras: join(own, 'keras/1/model.keras'),
    };
  });
}
