import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { NamedTensors } from '../engine/engine.js';
import { joinRows } from '../engine/joined-rows.js';
import type { Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { type ModelPlan, pixelInput } from '../models/model-plan.js';
import { tooManyImages } from '../predict/predict-input.js';
import { checkEncoded, ofPicture } from '../preprocessing/check-encoded.js';
import { isBatched } from '../preprocessing/image-input.js';
import type { PreprocessingPlan } from '../preprocessing/plan.js';
import { type PreprocessedPicture, PreprocessingService } from '../preprocessing/preprocessing.service.js';
import type { Call } from '../turns/call.js';
import type { Pictures } from './request/pictures.js';

/** An input of numbers that takes pictures as well, and what is done to them. */
export interface PictureInput {
  readonly name: string;
  readonly preprocessing: PreprocessingPlan;
  /** Whether the input has a batch dimension. */
  readonly batched: boolean;
  readonly maxPixels: number | undefined;
}

/** The pictures of a request as one tensor, and how long that took: what went on until the last one was there, in ms. */
export interface JoinedPictures {
  readonly tensor: Tensor;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/** The input of a signature that takes pictures, if it is the one that the model is served with. */
export function pictureInputOf(plan: ModelPlan, signatureName: string): PictureInput | undefined {
  const target = plan.signatureName === signatureName ? pixelInput(plan) : null;
  if (!target) return undefined;
  const { spec, preprocessing } = target;
  const batched = isBatched(spec.shape, preprocessing.normalise.layout);
  return { name: spec.name, preprocessing, batched, maxPixels: plan.maxPixels };
}

/** Turns the pictures of a request into what their input takes, as the model's training did it. */
@Injectable()
export class PictureJoiner {
  constructor(
    private readonly preprocessing: PreprocessingService,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  /**
   * @returns uint8 or float32 of the shape `[pictures, height, width, channels]`, without the first where one is sent by itself and the input has no
   * batch
   * @throws ServingError about a picture, by its number; or the signal's reason
   */
  async join({ bytes, batched }: Pictures, input: PictureInput, call: Call): Promise<JoinedPictures> {
    const { maxImages } = this.settings;
    if (bytes.length > maxImages) throw tooManyImages(maxImages, bytes.length);
    // They are worked on beside each other: only the stages of the one that is there last follow one another.
    let last: PreprocessedPicture | undefined;
    const pictures = await Promise.all(
      bytes.map(async (picture, index) => (last = await this.read(picture, index, input, call))),
    );
    const began = performance.now();
    const tensor = joined(pictures, input);
    return {
      tensor: batched || input.batched ? tensor : { ...tensor, shape: tensor.shape.slice(1) },
      decodeMs: last!.decodeMs,
      preprocessMs: last!.preprocessMs + performance.now() - began,
    };
  }

  /**
   * Holds pictures among strings, which stay as they are, against the limits.
   * @throws ServingError IMAGE_TOO_LARGE
   */
  checkEncoded({ maxPixels }: ModelPlan, inputs: NamedTensors): Promise<void> {
    return checkEncoded(inputs, this.settings, maxPixels);
  }

  /** Whether one of them is decoded apart from those that are quick. */
  takeLong({ bytes }: Pictures): boolean {
    return bytes.some((picture) => this.preprocessing.takesLong(picture));
  }

  private async read(
    picture: Uint8Array,
    index: number,
    { name, preprocessing, maxPixels }: PictureInput,
    call: Call,
  ): Promise<PreprocessedPicture> {
    try {
      return await this.preprocessing.toPixels(picture, preprocessing, call, maxPixels);
    } catch (error) {
      throw ofPicture(index, name, error);
    }
  }
}

function joined(pictures: readonly PreprocessedPicture[], { name }: PictureInput): Tensor {
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
