import { ConfigError } from '../../config/expect.js';
import type { InputSpec } from '../../engine/tensor.js';
import { planPreprocessing, type PreprocessingPlan, usualResampling } from '../../preprocessing/plan.js';
import {
  DECODERS,
  ORIENTATIONS,
  PILLOWS,
  type PreprocessingConfig,
  RESAMPLINGS,
  type Resize,
  SCALE_PRESETS,
} from '../../preprocessing/preprocessing-config.js';
import { PRESETS } from '../../preprocessing/presets.js';

/** Another preprocessing than the configured one, that training may have done. */
export interface Candidate {
  readonly config: PreprocessingConfig;
  readonly plan: PreprocessingPlan;
}

/** Every value of one key, all else staying as it is. */
function otherValues<Key extends keyof PreprocessingConfig>(
  key: Key,
  values: readonly PreprocessingConfig[Key][],
): (config: PreprocessingConfig, spec: InputSpec) => readonly Candidate[] {
  return (config, spec) =>
    plausible(
      spec,
      values.map((value) => ({ ...config, [key]: value })),
    );
}

/** Upright, or as the file has it. */
export const otherOrientations = otherValues('orientation', ORIENTATIONS);
/** By another version of Pillow. */
export const otherPillows = otherValues('pillow', PILLOWS);
/** Decoded by another library. */
export const otherDecoders = otherValues('decoder', DECODERS);

/** Other ways for pictures to come to the model's size; none where every picture keeps its own. */
export function otherFits(config: PreprocessingConfig, spec: InputSpec): readonly Candidate[] {
  const { resize: _, shortSide: __, ...rest } = config;
  const size = planOf(config, spec)?.size;
  if (!size) return [];
  const side = Math.max(size.width, size.height);
  const shortSides = new Set(
    [...PRESETS.values()]
      .filter((preset) => preset.size?.width === size.width && preset.size.height === size.height)
      .flatMap(({ shortSide }) => shortSide ?? []),
  );
  shortSides.add(Math.round(side / 0.875)); // The usual one, whatever the size.
  return plausible(spec, [
    { ...rest, resize: 'stretch' },
    { ...rest, resize: 'crop' },
    ...[...shortSides].map((shortSide) => ({ ...rest, resize: 'crop', shortSide }) as const),
    { ...rest, resize: 'letterbox' },
    ...OF_ONE_LIBRARY.map((resize) => withItsFilter(rest, resize, spec)),
  ]);
}

const OF_ONE_LIBRARY = ['keras-crop', 'keras-pad', 'fit', 'pad'] as const;

/** By a filter that the library has which a way to the size is of. */
function withItsFilter(config: PreprocessingConfig, resize: Resize, spec: InputSpec): PreprocessingConfig {
  if (planOf({ ...config, resize }, spec)) return { ...config, resize };
  const { resampling: _, antialias: __, pillow: ___, ...rest } = config;
  return { ...rest, resize, resampling: usualResampling(resize) };
}

/** What is nearest to a way to the size, for filters of libraries that do not have it. */
const KIN: Partial<Record<Resize, Resize>> = {
  fit: 'keras-crop',
  pad: 'letterbox',
  'keras-pad': 'letterbox',
};

/** Other filters: all but what no training does. */
export function otherFilters(config: PreprocessingConfig, spec: InputSpec): readonly Candidate[] {
  const { resampling: _, antialias: __, pillow: ___, ...rest } = config;
  if (!planOf(config, spec)?.size) return [];
  return plausible(
    spec,
    RESAMPLINGS.filter((one) => one !== 'fast').flatMap((resampling) => {
      const kept = { ...rest, resampling };
      const kin = rest.resize && KIN[rest.resize];
      const plain = kin && !planOf(kept, spec) ? { ...kept, resize: kin } : kept;
      const hasChoice = /^tensorflow\.(bilinear|bicubic|lanczos3)$/.test(resampling);
      return hasChoice ? [plain, { ...plain, antialias: true }] : [plain];
    }),
  );
}

/** Other ranges and orders of colours. */
export function otherScales(config: PreprocessingConfig, spec: InputSpec): readonly Candidate[] {
  const { scale: _, colour: __, ...rest } = config;
  const colours = planOf(config, spec)?.channels === 1 ? (['grey'] as const) : (['rgb', 'bgr'] as const);
  return plausible(
    spec,
    SCALE_PRESETS.flatMap((scale) => colours.map((colour) => ({ ...rest, scale, colour }))),
  );
}

/** The published weights whose pictures are prepared in the same way. */
export function presetsLike({ plan }: Candidate, spec: InputSpec): readonly string[] {
  const { size } = plan;
  const wanted = JSON.stringify(plan);
  return [...PRESETS]
    .filter(([, preset]) => {
      const like = planOf({ ...preset, ...(!preset.size && size && { size }) }, spec);
      return like !== undefined && JSON.stringify(like) === wanted;
    })
    .map(([name]) => name);
}

function plausible(spec: InputSpec, configs: readonly PreprocessingConfig[]): Candidate[] {
  return configs.flatMap((config) => {
    const plan = planOf(config, spec);
    return plan ? [{ config, plan }] : [];
  });
}

/** `undefined` where the input does not take it. */
export function planOf(config: PreprocessingConfig, spec: InputSpec): PreprocessingPlan | undefined {
  try {
    return planPreprocessing(config, spec);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
