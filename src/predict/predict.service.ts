import { Injectable } from '@nestjs/common';
import type { NamedTensors } from '../engine/engine.js';
import type { Tensor } from '../engine/tensor.js';
import { ServingError } from '../errors/serving-error.js';
import { rank, type Ranked } from '../labels/rank.js';
import { softmax } from '../labels/softmax.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import { pixelInput } from '../models/model-plan.js';
import { PreprocessingService } from '../preprocessing/preprocessing.service.js';
import { tensorToJson } from './tensor-json.js';
import type { Timings } from './timings.js';

type PictureAnswer =
  | { readonly kind: 'labels'; readonly prediction: string; readonly top: readonly Ranked[] }
  | { readonly kind: 'picture'; readonly bytes: Uint8Array }
  | { readonly kind: 'numbers'; readonly outputs: unknown };

/** What a model makes of one picture. */
export type PictureResult = PictureAnswer & { readonly timings: Timings };

interface PictureInputs {
  readonly inputs: NamedTensors;
  readonly waitMs: number;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/** The line itself, which every protocol calls: picture → pixels → batch → engine → answer. */
@Injectable()
export class PredictService {
  constructor(
    private readonly preprocessing: PreprocessingService,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @param topK how many labels; the model's own number by default
   * @throws ServingError, or the signal's reason
   */
  async picture(
    model: ModelHandle,
    picture: Uint8Array,
    topK: number | undefined,
    signal: AbortSignal,
  ): Promise<PictureResult> {
    const started = performance.now();
    const { plan } = model.ready;
    const { inputs, waitMs, decodeMs, preprocessMs } = await this.inputsOf(model, picture, signal);
    const batch = await model.run(plan.signatureName, inputs, signal);
    const queueMs = waitMs + batch.queueMs;
    const answer = answerOf(model, batch.outputs, topK);
    const { inferenceMs } = batch;
    const timings = { decodeMs, preprocessMs, queueMs, inferenceMs, totalMs: performance.now() - started };
    this.metrics.observeStages(model.name, timings);
    return { ...answer, timings };
  }

  private async inputsOf(
    model: ModelHandle,
    picture: Uint8Array,
    signal: AbortSignal,
  ): Promise<PictureInputs> {
    const { plan } = model.ready;
    if (plan.task === 'image-to-image') {
      const { bytes, waitMs, decodeMs } = await this.preprocessing.toEncoded(
        picture,
        plan.encoding,
        signal,
        plan.maxPixels,
      );
      const shape = rankOf(model, plan.input) === 0 ? [] : [1];
      return {
        inputs: { [plan.input]: { dtype: 'string', shape, data: [bytes] } },
        waitMs,
        decodeMs,
        preprocessMs: 0,
      };
    }
    const target = pixelInput(plan);
    if (!target) {
      const sentence = `The model "${model.name}" takes numbers, not pictures: send {"input": …}. GET /models/${model.name} shows its inputs.`;
      throw new ServingError('FIELD_INVALID', sentence);
    }
    const { tensor, waitMs, decodeMs, preprocessMs } = await this.preprocessing.toPixels(
      picture,
      target.preprocessing,
      signal,
      plan.maxPixels,
    );
    const { spec } = target;
    const single = spec.shape?.length === 3;
    const input: Tensor = single ? { ...tensor, shape: tensor.shape.slice(1) } : tensor;
    return { inputs: { [spec.name]: input }, waitMs, decodeMs, preprocessMs };
  }
}

function rankOf(model: ModelHandle, input: string): number | undefined {
  return model.ready.plan.signature.inputs.find(({ name }) => name === input)?.shape?.length;
}

function answerOf({ ready }: ModelHandle, outputs: NamedTensors, topK: number | undefined): PictureAnswer {
  const { plan, labels } = ready;
  switch (plan.task) {
    case 'classification': {
      const scores = outputs[plan.output]!.data as Float32Array;
      const top = rank(plan.logits ? softmax(scores) : scores, labels, topK ?? plan.topK);
      return { kind: 'labels', prediction: top[0]?.label ?? 'Unknown', top };
    }
    case 'image-to-image':
      return { kind: 'picture', bytes: (outputs[plan.output]!.data as readonly Uint8Array[])[0]! };
    case 'tensor':
      return { kind: 'numbers', outputs: outputsToJson(outputs, true) };
  }
}

/**
 * The outputs of a model of numbers: one output stands for itself, several are an object by name.
 * @param instance the first dimension is a batch of one that the client did not send
 */
export function outputsToJson(outputs: NamedTensors, instance: boolean): unknown {
  const json = Object.entries(outputs).map(([name, tensor]) => {
    const isBatchOfOne = instance && tensor.shape[0] === 1;
    return [name, tensorToJson(isBatchOfOne ? { ...tensor, shape: tensor.shape.slice(1) } : tensor)] as const;
  });
  return json.length === 1 ? json[0]![1] : Object.fromEntries(json);
}
