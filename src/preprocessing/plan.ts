import { unexpected } from '../config/expect.js';
import { type InputSpec, isFloat, type Normalise } from '../engine/tensor.js';
import { type Colour, luma } from './colour.js';
import { type Channels, type ImageAxes, imageAxes, isChannels, isPixelType } from './image-input.js';
import {
  type ColourOrder,
  type Decoder,
  type Orientation,
  type PillowVersion,
  type PreprocessingConfig,
  type Resampling,
  type Resize,
  type Scale,
  type Size,
  USUAL_PILLOW,
} from './preprocessing-config.js';
import { arithmetic, checkWhole, chosenScale } from './scale.js';

/** All that is done to a picture before a model sees it; made once, when the model is loaded. */
export interface PreprocessingPlan {
  /** What every picture is brought to; `null`: each keeps its own size. */
  readonly size: Size | null;
  readonly resize: Resize;
  /** Of a picture to be cropped, before that, in pixels; `null`: such that it just covers the size. */
  readonly shortSide: number | null;
  readonly resampling: Resampling;
  readonly pillow: PillowVersion;
  readonly antialias: boolean;
  /** Around a picture, of the decoded pixels' channels. */
  readonly pad: readonly number[];
  /** What transparent pictures are composited onto; `null`: their alpha is dropped. */
  readonly background: Colour | null;
  readonly orientation: Orientation;
  readonly decoder: Decoder;
  /** Of the decoded pixels: grey, RGB or RGBA. The model's own order is in `normalise`. */
  readonly channels: Channels;
  /** What `normalise` does to a value, as `model.yaml` would say it. */
  readonly scale: Scale;
  readonly normalise: Normalise;
}

/**
 * Joins what `model.yaml` says with what the model's input asks for.
 * @throws ConfigError when the input takes no pictures or contradicts the section.
 */
export function planPreprocessing(config: PreprocessingConfig, input: InputSpec): PreprocessingPlan {
  const { dtype } = input;
  if (!isPixelType(dtype)) {
    throw unexpected('a dtype of whole or real numbers', `the dtype of input ${input.name}`, dtype);
  }
  const axes = imageAxes(input.shape, config.layout);
  if (axes === undefined) {
    throw unexpected(
      '[batch, height, width, channels], [height, width, channels] or, of grey pictures, [batch, height, width]',
      `the shape of input ${input.name}`,
      input.shape,
    );
  }
  const channels = planChannels(config, input, axes);
  const order = config.colour ?? (channels === 1 ? 'grey' : config.scale === 'caffe' ? 'bgr' : 'rgb');
  checkColour(order, channels);
  const scale = chosenScale(config.scale, input);
  const scaling = arithmetic(scale, order, channels);
  checkWhole(scaling, dtype, scale);
  const resize = config.resize ?? 'stretch';
  const resampling = config.resampling ?? usualResampling(resize);
  const decoder = config.decoder ?? decoderBeside(resampling);
  checkResampling(resampling, config.antialias, dtype);
  checkLibrary(resize, resampling);
  checkDecoder(decoder, resampling);
  checkPillow(config.pillow, resampling);
  const size = planSize(config, input, axes);
  checkShortSide(config, size);
  return {
    size,
    resize,
    shortSide: config.shortSide ?? null,
    resampling,
    pillow: config.pillow ?? USUAL_PILLOW,
    antialias: config.antialias ?? smoothsByItself(resampling),
    pad: padding(config.pad, channels),
    background: config.background ?? null,
    orientation: config.orientation ?? 'exif',
    decoder,
    channels,
    scale,
    normalise: {
      dtype,
      layout: axes.layout,
      order: planOrder(order, channels),
      ...scaling,
    },
  };
}

/** Whether a library smooths a reduction without being told to. */
export function smoothsByItself(resampling: Resampling): boolean {
  return !isOfTensorFlow(resampling);
}

export function isOfTensorFlow(resampling: Resampling): boolean {
  return resampling.startsWith('tensorflow.');
}

/** With what training resized where it says no more: as the function does by itself that the way is of. */
export function usualResampling(resize: Resize): Resampling {
  switch (resize) {
    case 'keras-crop':
    case 'keras-pad':
      return 'tensorflow.bilinear';
    case 'fit':
    case 'pad':
      return 'bicubic';
    default:
      return 'bilinear';
  }
}

/** Whether pixels come out as float32, not as bytes. */
export function givesFractions(resampling: Resampling): boolean {
  return isOfTensorFlow(resampling) && resampling !== 'tensorflow.nearest';
}

/** Whose decoding goes with a resampling, where nothing else is said. */
export function decoderBeside(resampling: Resampling): Decoder {
  return isOfTensorFlow(resampling) ? 'tensorflow' : 'pillow';
}

function checkDecoder(decoder: Decoder, resampling: Resampling): void {
  if (resampling === 'fast' && decoder !== 'pillow') {
    throw unexpected('pillow (fast scales while it decodes)', 'preprocessing.decoder', decoder);
  }
}

function checkPillow(pillow: PillowVersion | undefined, resampling: Resampling): void {
  if (pillow !== undefined && !isOfPillow(resampling)) {
    throw unexpected(`nothing (${resampling} is not Pillow's)`, 'preprocessing.pillow', pillow);
  }
}

function isOfPillow(resampling: Resampling): boolean {
  return resampling !== 'fast' && !resampling.includes('.');
}

function checkResampling(
  resampling: Resampling,
  antialias: boolean | undefined,
  dtype: Normalise['dtype'],
): void {
  if ((resampling.startsWith('opencv.') || resampling === 'fast') && antialias !== undefined) {
    throw unexpected(`nothing (${resampling} leaves no choice)`, 'preprocessing.antialias', antialias);
  }
  if (givesFractions(resampling) && !isFloat(dtype)) {
    throw unexpected(
      `tensorflow.nearest, or a filter of Pillow or OpenCV (the model's input is ${dtype}, and this gives fractions)`,
      'preprocessing.resampling',
      resampling,
    );
  }
}

/** What one library alone does, another's filter cannot do as it does. */
function checkLibrary(resize: Resize, resampling: Resampling): void {
  const ofPillow = resize === 'fit' || resize === 'pad';
  if (ofPillow && !isOfPillow(resampling)) {
    const expected = `one of Pillow's filters (${resize} is its ImageOps.${resize})`;
    throw unexpected(expected, 'preprocessing.resampling', resampling);
  }
  if (resize === 'keras-pad' && !isOfTensorFlow(resampling)) {
    const expected = "one of tensorflow.… (keras-pad is Keras's pad_to_aspect_ratio)";
    throw unexpected(expected, 'preprocessing.resampling', resampling);
  }
  if (resize === 'keras-crop' && resampling === 'fast') {
    throw unexpected('crop (fast is near to no library)', 'preprocessing.resize', resize);
  }
}

function planChannels(config: PreprocessingConfig, input: InputSpec, axes: ImageAxes): Channels {
  if (isChannels(axes.channels)) return axes.channels;
  if (axes.channels !== null) {
    throw unexpected(
      `1, 3 or 4 channels ${axes.layout === 'nhwc' ? 'at the end' : 'before the height'}`,
      `the shape of input ${input.name}`,
      input.shape,
    );
  }
  if (config.colour === undefined) {
    throw unexpected(
      `rgb, bgr or grey (input ${input.name} has any number of channels)`,
      'preprocessing.colour',
      undefined,
    );
  }
  return config.colour === 'grey' ? 1 : 3;
}

/** One colour, opaque; where none is said, what libraries pad with: 0 in every channel, alpha too. */
function padding(colour: Colour | undefined, channels: Channels): readonly number[] {
  if (colour === undefined) return Array.from({ length: channels }, () => 0);
  return channels === 1 ? [luma(...colour)] : [...colour, 255].slice(0, channels);
}

function checkColour(order: ColourOrder, channels: Channels): void {
  if ((order === 'grey') === (channels === 1)) return;
  const expected = channels === 1 ? 'grey' : 'rgb or bgr';
  throw unexpected(`${expected} (the model takes ${channels} channels)`, 'preprocessing.colour', order);
}

function planOrder(order: ColourOrder, channels: Channels): readonly number[] {
  if (channels === 1) return [0];
  const colours = order === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  return channels === 4 ? [...colours, 3] : colours;
}

function planSize(config: PreprocessingConfig, input: InputSpec, axes: ImageAxes): Size | null {
  const { size } = config;
  const { height, width } = axes;
  const wanted = `[${height ?? 'height'}, ${width ?? 'width'}] (the shape of input ${input.name})`;
  if (size !== undefined) {
    if (size.height === (height ?? size.height) && size.width === (width ?? size.width)) return size;
    throw unexpected(wanted, 'preprocessing.size', [size.height, size.width]);
  }
  if (height !== null && width !== null) return { width, height };
  if (height !== null || width !== null || config.resize !== undefined) {
    throw unexpected(wanted, 'preprocessing.size', undefined);
  }
  return null;
}

function checkShortSide({ resize, shortSide }: PreprocessingConfig, size: Size | null): void {
  if (shortSide === undefined) return;
  if (resize !== 'crop') {
    throw unexpected('crop (shortSide says how long before the crop)', 'preprocessing.resize', resize);
  }
  const longest = size === null ? 0 : Math.max(size.width, size.height);
  if (shortSide < longest) {
    throw unexpected(`at least ${longest} (what is cut out of it)`, 'preprocessing.shortSide', shortSide);
  }
}
