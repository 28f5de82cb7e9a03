import { Injectable } from '@nestjs/common';
import { joinRows } from '../engine/joined-rows.js';
import type { Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { ofPicture } from '../preprocessing/check-encoded.js';
import { type PreprocessedPicture, PreprocessingService } from '../preprocessing/preprocessing.service.js';
import type { Call } from '../turns/call.js';
import type { SentPictures } from './line-request.js';
import type { EncodedTarget, PictureTarget, PixelTarget } from './picture-target.js';

/** A request's pictures as one tensor, and how long that took: what went on until the last one was there, in ms. */
export interface PictureTensor {
  readonly tensor: Tensor;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/** Turns pictures into what their input takes, as the model's training did it. */
@Injectable()
export class PictureTensors {
  constructor(private readonly preprocessing: PreprocessingService) {}

  /** Whether one of them is decoded apart from those that are quick. */
  takeLong({ bytes }: SentPictures): boolean {
    return bytes.some((picture) => this.preprocessing.takesLong(picture));
  }

  /**
   * @returns for pixels, uint8 or float32 of the shape `[pictures, height, width, channels]`, without the first where one is sent by itself and the
   * input has no batch; for encoded pictures, strings of the shape `[pictures]`, or `[]`
   * @throws ServingError about a picture; or the signal's reason
   */
  async of(pictures: SentPictures, call: Call): Promise<PictureTensor> {
    const { target } = pictures;
    return target.kind === 'pixels'
      ? this.pixels(pictures, target, call)
      : this.encoded(pictures, target, call);
  }

  private async pixels(sent: SentPictures, target: PixelTarget, call: Call): Promise<PictureTensor> {
    const { preprocessing, maxPixels } = target;
    const { all, last } = await each(sent, (picture) =>
      this.preprocessing.toPixels(picture, preprocessing, call, maxPixels),
    );
    const began = performance.now();
    const tensor = joined(all, target);
    return {
      tensor: sent.batched || target.batched ? tensor : { ...tensor, shape: tensor.shape.slice(1) },
      decodeMs: last.decodeMs,
      preprocessMs: last.preprocessMs + performance.now() - began,
    };
  }

  private async encoded(sent: SentPictures, target: EncodedTarget, call: Call): Promise<PictureTensor> {
    const { encoding, maxPixels, isScalar } = target;
    const { all, last } = await each(sent, (picture) =>
      this.preprocessing.toEncoded(picture, encoding, call, maxPixels),
    );
    const tensor: Tensor = {
      dtype: 'string',
      shape: isScalar ? [] : [all.length],
      data: all.map(({ bytes }) => bytes),
    };
    return { tensor, decodeMs: last.decodeMs, preprocessMs: 0 };
  }
}

/** They are worked on beside each other: only the stages of the one that is there last follow one another. */
async function each<T>(
  { bytes, target: { name }, numbered }: SentPictures,
  work: (picture: Uint8Array) => Promise<T>,
): Promise<{ readonly all: readonly T[]; readonly last: T }> {
  let last: T | undefined;
  const all = await Promise.all(
    bytes.map(async (picture, index) => {
      try {
        return (last = await work(picture));
      } catch (error) {
        throw numbered ? ofPicture(index, name, error) : error;
      }
    }),
  );
  return { all, last: last! };
}

function joined(pictures: readonly PreprocessedPicture[], { name }: PictureTarget): Tensor {
  const [first, ...others] = pictures.map(({ tensor }) => tensor);
  if (!first) throw new Error('This is a bug. There is no picture.');
  const [, ...size] = first.shape;
  const other = others.find(({ shape }) => String(shape.slice(1)) !== String(size));
  if (other) {
    const sizes = [first, other].map(({ shape }) => `${shape[2]} × ${shape[1]}`).join(' and ');
    throw new ServingError(
      'INPUT_INVALID',
      `The pictures of the input "${name}" are of different sizes, ${sizes} pixels: send them one by one, or set preprocessing.size in model.yaml.`,
    );
  }
  const all = [first, ...others];
  const haveOneDtype = all.every(({ dtype }) => dtype === first.dtype);
  const alike = haveOneDtype ? all : all.map(asFloats);
  return joinRows(alike.map((tensor) => ({ [name]: tensor })))[name]!;
}

/** A resampler that gives fractions leaves a picture that has the model's size already as bytes. */
function asFloats(pixels: Tensor): Tensor {
  return { ...pixels, dtype: 'float32', data: Float32Array.from(pixels.data as Uint8Array | Float32Array) };
}
