import { setMaxListeners } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import type { Admitted } from '../batching/admission.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import type { NamedTensors } from '../engine/engine.js';
import { release } from '../engine/release.js';
import { ServingError } from '../errors/serving-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { ModelHandle } from '../models/model-handle.js';
import { ModelsService } from '../models/models.service.js';
import type { Wanted } from '../models/served-model.js';
import type { Caller } from '../models/traffic.js';
import { checkEncoded } from '../preprocessing/check-encoded.js';
import type { Call, RequestCall } from '../turns/call.js';
import { inSlices } from '../turns/slices.js';
import type { LineAnswer, LineRequest } from './line-request.js';
import { PictureTensors } from './picture-tensors.js';
import { roomOf } from './room.js';
import { timingsOf } from './timings.js';

interface Prepared {
  /** Made of the pictures, and of nobody else's concern. */
  readonly made: NamedTensors;
  readonly decodeMs: number;
  readonly preprocessMs: number;
}

/**
 * The line itself, which every protocol calls: acquire, admit, prepare, run, answer, time, release. A protocol reads a request, calls, and writes
 * what comes back.
 */
@Injectable()
export class Line {
  constructor(
    private readonly models: ModelsService,
    private readonly pictures: PictureTensors,
    private readonly metrics: Metrics,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  /**
   * Hands over the version that answers a request, and takes it back.
   * @throws ServingError MODEL_NOT_FOUND, LABEL_NOT_FOUND, MODEL_NOT_READY; or the signal's reason
   */
  async withModel<T>(
    wanted: Wanted,
    caller: Caller,
    { signal }: Call,
    use: (model: ModelHandle) => Promise<T>,
  ): Promise<T> {
    const model = await this.models.acquire(wanted, caller, signal);
    try {
      return await use(model);
    } finally {
      model.release();
    }
  }

  /**
   * Answers a request that is one run.
   * @param readMs how long it took to read it; counts as decoding
   * @throws ServingError, or the signal's reason
   */
  async predict<T>(
    model: ModelHandle,
    request: LineRequest<T>,
    call: RequestCall,
    readMs: number,
  ): Promise<LineAnswer<T>> {
    const { rows, bytes } = roomOf(request);
    return this.admitted(model, request, model.admit(rows, bytes, call), call.arrivedAt, readMs);
  }

  /**
   * Answers a request that is several runs, each for itself. All are let in before the first is worked on, or none; and where the request is
   * refused meanwhile, no more is done for any of them.
   * @param requests one that was at fault already stands as its error
   * @param isOwn whether an error concerns its run alone, and stands in its place; others concern the whole request
   * @throws ServingError that concerns the request, or the signal's reason
   */
  async predictEach<T>(
    model: ModelHandle,
    requests: readonly (LineRequest<T> | ServingError)[],
    call: RequestCall,
    readMs: number,
    isOwn: (error: unknown) => error is ServingError,
  ): Promise<(LineAnswer<T> | ServingError)[]> {
    const stop = new AbortController();
    const signal = AbortSignal.any([call.signal, stop.signal]);
    setMaxListeners(0, signal); // Each run listens to it.
    const admitted = admitAll(model, requests, { ...call, signal });
    const work = requests.map(async (request, index): Promise<LineAnswer<T> | ServingError> => {
      if (request instanceof ServingError) return request;
      try {
        return await this.admitted(model, request, admitted[index]!, call.arrivedAt, readMs);
      } catch (error) {
        if (isOwn(error)) return error;
        throw error;
      }
    });
    try {
      return await Promise.all(work);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  }

  private async admitted<T>(
    model: ModelHandle,
    request: LineRequest<T>,
    { call, inTurn, leave }: Admitted,
    arrivedAt: number,
    readMs: number,
  ): Promise<LineAnswer<T>> {
    const { signatureName, inputs, pictures } = request;
    const run = async ({ made, decodeMs, preprocessMs }: Prepared): Promise<LineAnswer<T>> => {
      const { outputs, ...times } = await model.run(signatureName, { ...inputs, ...made }, call);
      const began = performance.now();
      const value = await inSlices(request.write(outputs), call.signal);
      release(made, outputs); // There is an answer, so they were read to their end.
      const done = performance.now();
      const timings = timingsOf(
        {
          decodeMs: readMs + decodeMs,
          preprocessMs,
          inferenceMs: times.inferenceMs,
          answerMs: done - began,
        },
        done - arrivedAt,
      );
      this.metrics.observeStages(model.name, timings);
      return { value, timings, run: times };
    };
    try {
      const isSlow = pictures !== undefined && this.pictures.takeLong(pictures);
      return await inTurn({ prepare: () => this.prepare(model, request, call), run, isSlow });
    } finally {
      leave();
    }
  }

  private async prepare<T>(
    { ready: { plan } }: ModelHandle,
    { inputs, pictures }: LineRequest<T>,
    call: Call,
  ): Promise<Prepared> {
    const began = performance.now();
    await checkEncoded(inputs, this.settings, plan.maxPixels);
    const checkMs = performance.now() - began;
    if (!pictures) return { made: {}, decodeMs: checkMs, preprocessMs: 0 };
    const { tensor, decodeMs, preprocessMs } = await this.pictures.of(pictures, call);
    return { made: { [pictures.target.name]: tensor }, decodeMs: checkMs + decodeMs, preprocessMs };
  }
}

/** @throws ServingError REQUEST_TOO_LARGE, QUEUE_FULL, DEADLINE_UNREACHABLE, or the signal's reason; none is in then */
function admitAll<T>(
  model: ModelHandle,
  requests: readonly (LineRequest<T> | ServingError)[],
  call: Call,
): readonly (Admitted | undefined)[] {
  const rooms = requests.map((request) => (request instanceof ServingError ? undefined : roomOf(request)));
  const sum = { rows: 0, bytes: 0 };
  for (const room of rooms) {
    sum.rows += room?.rows ?? 0;
    sum.bytes += room?.bytes ?? 0;
  }
  model.checkSize(sum.rows, sum.bytes);
  const all: (Admitted | undefined)[] = [];
  try {
    for (const room of rooms) all.push(room && model.admit(room.rows, room.bytes, call));
    return all;
  } catch (error) {
    for (const one of all) one?.leave();
    throw error;
  }
}
