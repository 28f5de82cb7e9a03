import { ConfigError, show } from '../config/expect.js';
import type { CustomScale, PreprocessingConfig, Resampling, ScalePreset } from './preprocessing-config.js';

/**
 * The families of `keras.applications` by what their `preprocess_input` does. Those that are `raw` scale inside the model. `imagenet_utils`
 * is its function as it is by itself.
 */
const KERAS: Readonly<Partial<Record<ScalePreset, readonly string[]>>> = {
  tf: ['inception_resnet_v2', 'inception_v3', 'mobilenet', 'mobilenet_v2', 'nasnet', 'resnet_v2', 'xception'],
  caffe: ['imagenet_utils', 'resnet', 'resnet50', 'vgg16', 'vgg19'],
  torch: ['densenet'],
  raw: ['convnext', 'efficientnet', 'efficientnet_v2', 'mobilenet_v3'],
};

/** Of the weights of torchvision: `<model>.<weights>` of those alike, what the short side is resized to, and what is cut out of that. */
type Recipe = readonly [
  names: string,
  shortSide: number,
  size: number,
  resampling?: Resampling,
  scale?: CustomScale | ScalePreset,
];

/**
 * `ImageClassification` as the weights of torchvision for ImageNet set it (0.15.2 and 0.29.2 alike), and where they say nothing else with the means and
 * deviations of ImageNet. `v1` is `IMAGENET1K_V1`, `swag_e2e_v1` is `IMAGENET1K_SWAG_E2E_V1`, `features` is `IMAGENET1K_FEATURES`.
 */
const TORCHVISION: readonly Recipe[] = [
  [
    `alexnet.v1 densenet121.v1 densenet161.v1 densenet169.v1 densenet201.v1 googlenet.v1 mnasnet0_5.v1 mnasnet1_0.v1 mobilenet_v2.v1
    mobilenet_v3_large.v1 mobilenet_v3_small.v1 regnet_x_16gf.v1 regnet_x_1_6gf.v1 regnet_x_32gf.v1 regnet_x_3_2gf.v1 regnet_x_400mf.v1
    regnet_x_800mf.v1 regnet_x_8gf.v1 regnet_y_16gf.v1 regnet_y_1_6gf.v1 regnet_y_32gf.v1 regnet_y_3_2gf.v1 regnet_y_400mf.v1
    regnet_y_800mf.v1 regnet_y_8gf.v1 resnet101.v1 resnet152.v1 resnet18.v1 resnet34.v1 resnet50.v1 resnext101_32x8d.v1
    resnext50_32x4d.v1 shufflenet_v2_x0_5.v1 shufflenet_v2_x1_0.v1 squeezenet1_0.v1 squeezenet1_1.v1 vgg11.v1 vgg11_bn.v1 vgg13.v1
    vgg13_bn.v1 vgg16.v1 vgg16_bn.v1 vgg19.v1 vgg19_bn.v1 vit_b_16.v1 vit_b_32.v1 vit_l_32.v1 wide_resnet101_2.v1 wide_resnet50_2.v1`,
    256,
    224,
  ],
  [
    `convnext_base.v1 convnext_large.v1 mnasnet0_75.v1 mnasnet1_3.v1 mobilenet_v2.v2 mobilenet_v3_large.v2 regnet_x_16gf.v2
    regnet_x_1_6gf.v2 regnet_x_32gf.v2 regnet_x_3_2gf.v2 regnet_x_400mf.v2 regnet_x_800mf.v2 regnet_x_8gf.v2 regnet_y_16gf.v2
    regnet_y_1_6gf.v2 regnet_y_32gf.v2 regnet_y_3_2gf.v2 regnet_y_400mf.v2 regnet_y_800mf.v2 regnet_y_8gf.v2 resnet101.v2 resnet152.v2
    resnet50.v2 resnext101_32x8d.v2 resnext101_64x4d.v1 resnext50_32x4d.v2 shufflenet_v2_x1_5.v1 shufflenet_v2_x2_0.v1
    wide_resnet101_2.v2 wide_resnet50_2.v2`,
    232,
    224,
  ],
  ['convnext_small.v1', 230, 224],
  ['convnext_tiny.v1', 236, 224],
  ['vit_l_16.v1', 242, 224],
  ['inception_v3.v1', 342, 299],
  ['efficientnet_b0.v1', 256, 224, 'bicubic'],
  ['efficientnet_b1.v1', 256, 240, 'bicubic'],
  ['efficientnet_b1.v2', 255, 240],
  ['efficientnet_b2.v1', 288, 288, 'bicubic'],
  ['efficientnet_b3.v1', 320, 300, 'bicubic'],
  ['efficientnet_b4.v1', 384, 380, 'bicubic'],
  ['efficientnet_b5.v1', 456, 456, 'bicubic'],
  ['efficientnet_b6.v1', 528, 528, 'bicubic'],
  ['efficientnet_b7.v1', 600, 600, 'bicubic'],
  ['efficientnet_v2_s.v1', 384, 384],
  ['efficientnet_v2_m.v1', 480, 480],
  ['efficientnet_v2_l.v1', 480, 480, 'bicubic', { scale: 1 / 255, mean: 0.5, std: 0.5 }],
  ['maxvit_t.v1', 224, 224, 'bicubic'],
  ['swin_t.v1', 232, 224, 'bicubic'],
  ['swin_s.v1', 246, 224, 'bicubic'],
  ['swin_b.v1', 238, 224, 'bicubic'],
  ['swin_v2_t.v1 swin_v2_s.v1', 260, 256, 'bicubic'],
  ['swin_v2_b.v1', 272, 256, 'bicubic'],
  [
    `regnet_y_16gf.swag_linear_v1 regnet_y_32gf.swag_linear_v1 regnet_y_128gf.swag_linear_v1 vit_b_16.swag_linear_v1
    vit_l_16.swag_linear_v1 vit_h_14.swag_linear_v1`,
    224,
    224,
    'bicubic',
  ],
  [
    'regnet_y_16gf.swag_e2e_v1 regnet_y_32gf.swag_e2e_v1 regnet_y_128gf.swag_e2e_v1 vit_b_16.swag_e2e_v1',
    384,
    384,
    'bicubic',
  ],
  ['vit_l_16.swag_e2e_v1', 512, 512, 'bicubic'],
  ['vit_h_14.swag_e2e_v1', 518, 518, 'bicubic'],
  [
    'vgg16.features',
    256,
    224,
    'bilinear',
    { scale: 1 / 255, mean: [0.48235, 0.45882, 0.40784], std: 1 / 255 },
  ],
];

function kerasPresets(): [string, PreprocessingConfig][] {
  return Object.entries(KERAS).flatMap(([scale, families]) =>
    families.map((family): [string, PreprocessingConfig] => [
      `keras.applications.${family}`,
      { resize: 'stretch', resampling: 'nearest', scale: scale as ScalePreset },
    ]),
  );
}

function torchvisionPresets(): [string, PreprocessingConfig][] {
  return TORCHVISION.flatMap(([names, shortSide, side, resampling = 'bilinear', scale = 'torch']) => {
    const size = { width: side, height: side };
    const config: PreprocessingConfig = { resize: 'crop', shortSide, size, resampling, scale };
    return names.split(/\s+/).map((name): [string, PreprocessingConfig] => [`torchvision.${name}`, config]);
  });
}

/**
 * What is done to pictures for published weights, by the name of what published them. For `keras.applications` as its documentation shows
 * it: `load_img(…, target_size=…)`, which takes the nearest pixel, and the family's `preprocess_input`.
 */
export const PRESETS: ReadonlyMap<string, PreprocessingConfig> = new Map([
  ...kerasPresets(),
  ...torchvisionPresets(),
]);

/** @throws ConfigError where there is none of that name */
export function presetOf(value: unknown, name: string): PreprocessingConfig {
  const preset = typeof value === 'string' ? PRESETS.get(value) : undefined;
  if (preset) return preset;
  throw new ConfigError(
    `Expected the name of a preset for ${name} but received ${show(value)}. ${suggestion(value)}`,
  );
}

/** Those that begin as it does, or else where all are listed. */
function suggestion(value: unknown): string {
  const stem = String(value).split('.').slice(0, 2).join('.');
  const near = [...PRESETS.keys()].filter((name) => name.startsWith(`${stem}.`));
  return near.length > 0 && near.length < 32
    ? `There are ${near.join(', ')}.`
    : 'They are such as keras.applications.mobilenet_v2 and torchvision.resnet50.v2; docs/preprocessing.md lists them.';
}
