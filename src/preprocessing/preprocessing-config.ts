import type { Colour } from './colour.js';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How a picture comes to the model's size: `stretch` to it whatever its proportions; `crop`: its short side to the
 * size (or to `shortSide`), then the centre; `letterbox`: the whole picture in it, the rest in one colour; `keras-crop` and
 * `keras-pad`: Keras's `crop_to_aspect_ratio` and `pad_to_aspect_ratio`; `fit` and `pad`: Pillow's `ImageOps`.
 */
export const RESIZES = ['stretch', 'crop', 'letterbox', 'keras-crop', 'keras-pad', 'fit', 'pad'] as const;
export type Resize = (typeof RESIZES)[number];
/** Pillow's filters by its names for them, those of OpenCV's `resize` and of `tf.image.resize`, and what is quick and like none of them. */
export const RESAMPLINGS = [
  'nearest',
  'box',
  'bilinear',
  'hamming',
  'bicubic',
  'lanczos',
  'opencv.nearest',
  'opencv.linear',
  'opencv.cubic',
  'opencv.area',
  'tensorflow.nearest',
  'tensorflow.bilinear',
  'tensorflow.bicubic',
  'tensorflow.area',
  'tensorflow.lanczos3',
  'fast',
] as const;
export type Resampling = (typeof RESAMPLINGS)[number];
/** Which Pillow resampled: 12 stands for all before 13, which goes over some pictures in another order. */
export const PILLOWS = [12, 13] as const;
export type PillowVersion = (typeof PILLOWS)[number];
export const USUAL_PILLOW: PillowVersion = 12;
/** Whether a picture is turned upright by its EXIF orientation, or taken as it is stored. */
export const ORIENTATIONS = ['exif', 'ignore'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];
/** Whose pixels a JPEG becomes: Pillow's, which are OpenCV's too, or those of `tf.io.decode_jpeg`. */
export const DECODERS = ['pillow', 'tensorflow'] as const;
export type Decoder = (typeof DECODERS)[number];
/** The order of the model's channels; alpha, if the model takes one, stays last. */
export type ColourOrder = 'rgb' | 'bgr' | 'grey';
export type Layout = 'nhwc' | 'nchw';

/** `raw`: 0…255 untouched; `unit`: 0…1; `tf`, `torch`, `caffe`: the modes of Keras's `preprocess_input`. */
export const SCALE_PRESETS = ['raw', 'unit', 'tf', 'torch', 'caffe'] as const;
export type ScalePreset = (typeof SCALE_PRESETS)[number];

/** Besides a preset: as the head of the model's graph tells. */
export const AUTO = 'auto';

/** `(pixel * scale - mean) / std`; one number stands for every channel, a list is in the model's channel order. */
export interface CustomScale {
  readonly scale?: number;
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
}

/** The arithmetic of pixels. */
export type Scale = ScalePreset | CustomScale;

/** The section `preprocessing:` of `model.yaml`. What is absent is read off the model's input. */
export interface PreprocessingConfig {
  readonly size?: Size;
  readonly resize?: Resize;
  /** With `crop`: what the short side becomes before the centre is cut out, in pixels; absent: just the size. */
  readonly shortSide?: number;
  /** Absent: as the function does by itself that `resize` is of. */
  readonly resampling?: Resampling;
  /** Absent: `USUAL_PILLOW`. */
  readonly pillow?: PillowVersion;
  /** Whether a reduction is smoothed; absent: as the library does it by itself, Pillow does and TensorFlow does not. */
  readonly antialias?: boolean;
  /** Colour around a picture that does not fill the size; absent: 0 in every channel. */
  readonly pad?: Colour;
  /** Absent: `exif`. */
  readonly orientation?: Orientation;
  /** Absent: that of the library which resamples; Pillow's, but for TensorFlow's filters. */
  readonly decoder?: Decoder;
  /** Colour that shows through where a picture is transparent; absent: alpha is dropped, as training code does. */
  readonly background?: Colour;
  readonly colour?: ColourOrder;
  readonly layout?: Layout;
  /** Absent: as the head of the model's graph tells, or else as the dtype of its input does. */
  readonly scale?: Scale | typeof AUTO;
}
