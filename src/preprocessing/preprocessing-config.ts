import { fields, finite, flag, integer, list, oneOf, type Reader, unexpected } from '../config/expect.js';
import { type Colour, colour } from './colour.js';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How a picture comes to the model's size: `stretch` to it whatever its proportions; `crop`: its short side to the
 * size (or to `shortSide`), then the centre; `letterbox`: the whole picture in it, the rest in one colour.
 */
export type Resize = 'stretch' | 'crop' | 'letterbox';
export type Resampling = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
/** The order of the model's channels; alpha, if the model takes one, stays last. */
export type ColourOrder = 'rgb' | 'bgr' | 'grey';
export type Layout = 'nhwc' | 'nchw';

/** `raw`: 0…255 untouched; `unit`: 0…1; `tf`, `torch`, `caffe`: the modes of Keras's `preprocess_input`. */
export const SCALE_PRESETS = ['raw', 'unit', 'tf', 'torch', 'caffe'] as const;
export type ScalePreset = (typeof SCALE_PRESETS)[number];

/** `(pixel * scale - mean) / std`; one number stands for every channel, a list is in the model's channel order. */
export interface CustomScale {
  readonly scale?: number;
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
}

/** The section `preprocessing:` of `model.yaml`. What is absent is read off the model's input. */
export interface PreprocessingConfig {
  readonly size?: Size;
  readonly resize?: Resize;
  /** With `crop`: what the short side becomes before the centre is cut out, in pixels; absent: just the size. */
  readonly shortSide?: number;
  readonly resampling?: Resampling;
  /** Whether a reduction is smoothed, as Pillow does and `tf.image.resize` does not; absent: it is. */
  readonly antialias?: boolean;
  /** Colour around a letterboxed picture. */
  readonly pad?: Colour;
  /** Colour that shows through where a picture is transparent; absent: alpha is dropped, as training code does. */
  readonly background?: Colour;
  readonly colour?: ColourOrder;
  readonly layout?: Layout;
  readonly scale?: ScalePreset | CustomScale;
}

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

const scale: Reader<ScalePreset | CustomScale> = (value, name) => {
  if (typeof value === 'object' && value !== null) return customScale(value, name);
  return oneOf(...SCALE_PRESETS)(value, name);
};

/**
 * Reads the section as it was parsed from YAML.
 * @throws ConfigError for an unknown key or a wrong value.
 */
export const readPreprocessing: Reader<PreprocessingConfig> = fields<PreprocessingConfig>({
  size,
  resize: oneOf('stretch', 'crop', 'letterbox'),
  shortSide: integer(1, MAX_SIDE),
  resampling: oneOf('nearest', 'bilinear', 'bicubic', 'lanczos'),
  antialias: flag(),
  pad: colour,
  background: colour,
  colour: oneOf('rgb', 'bgr', 'grey'),
  layout: oneOf('nhwc', 'nchw'),
  scale,
});
