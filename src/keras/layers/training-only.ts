import { inputOf, type LayerKind } from '../builder/layer-kind.js';

/** Layers that do something only while a model is trained; at inference each gives what it is given. */
const NAMES = `Dropout SpatialDropout1D SpatialDropout2D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization StochasticDepth
  RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomHeight RandomWidth RandomShear
  RandomHue RandomSaturation RandomColorJitter RandomColorDegeneration RandomGrayscale RandomSharpness RandomPosterization
  RandomInvert RandomErasing RandomGaussianBlur RandomPerspective RandomElasticTransform Solarization CutMix MixUp RandAugment AugMix`;

const identity: LayerKind = { build: inputOf };

export const TRAINING_ONLY: Readonly<Record<string, LayerKind>> = {
  ...Object.fromEntries(NAMES.split(/\s+/).map((name) => [name, identity])),
  Identity: identity,
};
