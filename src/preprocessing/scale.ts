import { ConfigError, unexpected } from '../config/expect.js';
import { type InputSpec, isFloat, type Normalise } from '../engine/tensor.js';
import type { Channels } from './image-input.js';
import { AUTO, type ColourOrder, type PreprocessingConfig, type Scale } from './preprocessing-config.js';

type Arithmetic = Pick<Normalise, 'scale' | 'mean' | 'std'>;

/**
 * Means and deviations of ImageNet by red, green, blue, rounded to float32 as Keras holds them: then `caffe` comes out
 * to the bit as Keras computes it, and `torch` within Keras's own rounding.
 */
const IMAGENET = {
  torch: { mean: [0.485, 0.456, 0.406].map(Math.fround), std: [0.229, 0.224, 0.225].map(Math.fround) },
  caffe: { mean: [123.68, 116.779, 103.939].map(Math.fround), std: [1, 1, 1] },
};

/**
 * The arithmetic of `preprocessing.scale` for pixels whose channels are already in the model's order.
 * @throws ConfigError when a preset is not defined for the channels, or a list is not one number per channel.
 */
export function arithmetic(scale: Scale, order: ColourOrder, channels: Channels): Arithmetic {
  const all = (value: number): number[] => Array.from({ length: channels }, () => value);
  switch (scale) {
    case 'raw':
      return { scale: 1, mean: all(0), std: all(1) };
    // Dividing by 255 is rounded once; multiplying by 1/255 would be twice.
    case 'unit':
      return { scale: 1, mean: all(0), std: all(255) };
    case 'tf':
      return { scale: 1, mean: all(127.5), std: all(127.5) };
    case 'torch':
    case 'caffe': {
      if (channels !== 3) {
        throw unexpected(
          `mean and std per channel (${scale} has them for three channels only, the model takes ${channels})`,
          'preprocessing.scale',
          scale,
        );
      }
      const { mean, std } = IMAGENET[scale];
      const ordered = (values: readonly number[]) => (order === 'bgr' ? values.toReversed() : values);
      return { scale: scale === 'torch' ? 1 / 255 : 1, mean: ordered(mean), std: ordered(std) };
    }
    default:
      return {
        scale: scale.scale ?? 1,
        mean: perChannel(scale.mean ?? 0, channels, 'mean'),
        std: perChannel(scale.std ?? 1, channels, 'std'),
      };
  }
}

function perChannel(
  value: number | readonly number[],
  channels: number,
  key: 'mean' | 'std',
): readonly number[] {
  if (typeof value === 'number') return Array.from({ length: channels }, () => value);
  if (value.length === channels) return value;
  throw unexpected(
    `one number or a list of ${channels} (the model's channels)`,
    `preprocessing.scale.${key}`,
    value,
  );
}

/** How quantised models take pixels as int8: the one way to keep all 256 levels in their order. */
const SIGNED_BYTES: Scale = { mean: 128 };

/**
 * The scale that `preprocessing.scale` asks for. Where it is `auto` or absent, integers take pixels as they are (int8: less 128), and floats
 * what the head of the graph tells; where that tells nothing, absent is 0…1.
 * @throws ConfigError for `auto` where nothing tells
 */
export function chosenScale(given: PreprocessingConfig['scale'], { dtype, takes }: InputSpec): Scale {
  if (given !== undefined && given !== AUTO) return given;
  const told = isFloat(dtype) ? takes : dtype === 'int8' ? SIGNED_BYTES : 'raw';
  if (told === undefined && given === AUTO) {
    throw new ConfigError(
      'Expected a Rescaling or Normalization layer at the head of the model for preprocessing: auto but found none: say preprocessing.scale, or the name of a preset.',
    );
  }
  return told ?? 'unit';
}

/** What integer dtypes hold, beyond which pixels may be scaled; the others hold any whole number from 0 on. */
const RANGES: { readonly [D in Normalise['dtype']]?: readonly [least: number, most: number] } = {
  int8: [-128, 127],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * Holds arithmetic against an integer input: what gives fractions would be cut off, and bytes reach the graph as they are.
 * @param given what the arithmetic was made of
 * @throws ConfigError
 */
export function checkWhole({ scale, mean, std }: Arithmetic, dtype: Normalise['dtype'], given: Scale): void {
  if (isFloat(dtype)) return;
  const [least, most] = RANGES[dtype] ?? [0, Infinity];
  const holds = (value: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  // It is linear: what is whole at 0 and 1 is whole everywhere, and what is held at 0 and 255 everywhere between.
  const suits = mean.every((average, channel) =>
    [0, 1, 255].every((pixel) => {
      const value = (pixel * scale - average) / std[channel]!;
      return dtype === 'uint8' ? value === pixel : holds(value);
    }),
  );
  if (suits) return;
  const preset = dtype === 'int8' ? '{mean: 128}' : 'raw';
  const expected = dtype === 'uint8' ? preset : `${preset} or what gives whole numbers`;
  throw unexpected(`${expected} (the model's input is ${dtype})`, 'preprocessing.scale', given);
}
