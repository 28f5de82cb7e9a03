import { fields, finite, flag, integer, list, oneOf, type Reader, unexpected } from '../config/expect.js';
import { colour } from './colour.js';
import {
  AUTO,
  type CustomScale,
  DECODERS,
  ORIENTATIONS,
  type PillowVersion,
  type PreprocessingConfig,
  RESAMPLINGS,
  RESIZES,
  SCALE_PRESETS,
  type Size,
} from './preprocessing-config.js';
import { presetOf } from './presets.js';

/** Largest side of a model's picture, in pixels. */
const MAX_SIDE = 8192;

const size: Reader<Size> = (value, name) => {
  if (!Array.isArray(value)) {
    const side = integer(1, MAX_SIDE)(value, name);
    return { width: side, height: side };
  }
  const [height = 0, width = 0] = list(integer(1, MAX_SIDE), 2)(value, name);
  return { width, height };
};

const pillow: Reader<PillowVersion> = (value, name) => integer(12, 13)(value, name) as PillowVersion;

const aboveZero: Reader<number> = (value, name) => {
  const number = finite()(value, name);
  if (number <= 0) throw unexpected('a number above 0', name, value);
  return number;
};

const oneOrEach =
  (item: Reader<number>): Reader<number | readonly number[]> =>
  (value, name) =>
    Array.isArray(value) ? list(item)(value, name) : item(value, name);

const customScale = fields<CustomScale>({
  scale: finite(),
  mean: oneOrEach(finite()),
  std: oneOrEach(aboveZero),
});

const scale: Reader<PreprocessingConfig['scale'] & {}> = (value, name) => {
  if (typeof value === 'object' && value !== null) return customScale(value, name);
  return oneOf(...SCALE_PRESETS, AUTO)(value, name);
};

/** The section where it is an object; what it says goes before what its preset does. */
const readSection = fields<PreprocessingConfig & { readonly preset: PreprocessingConfig }>({
  preset: presetOf,
  size,
  resize: oneOf(...RESIZES),
  shortSide: integer(1, MAX_SIDE),
  resampling: oneOf(...RESAMPLINGS),
  pillow,
  antialias: flag(),
  pad: colour,
  background: colour,
  orientation: oneOf(...ORIENTATIONS),
  decoder: oneOf(...DECODERS),
  colour: oneOf('rgb', 'bgr', 'grey'),
  layout: oneOf('nhwc', 'nchw'),
  scale,
});

/**
 * Reads the section as it was parsed from YAML: the name of a preset, `auto` for the scale alone, or an object that may have a preset.
 * @throws ConfigError for an unknown key or a wrong value.
 */
export const readPreprocessing: Reader<PreprocessingConfig> = (value, name) => {
  if (value === AUTO) return { scale: AUTO };
  if (typeof value === 'string') return presetOf(value, name);
  const { preset, ...section } = readSection(value, name);
  return { ...preset, ...section };
};
