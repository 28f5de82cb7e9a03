import { ServingError } from '../errors/serving-error.js';
import { statusOf } from '../http/errors/problem.js';
import type { ModelHandle } from '../models/model-handle.js';
import { sniffFormat } from '../preprocessing/picture-format.js';
import type { LineAnswer } from '../line/line-request.js';
import type { NumbersAnswer } from './numbers-request.js';
import type { PictureAnswer } from './picture-request.js';
import type { Steps } from '../turns/slices.js';
import { shortest } from './tensor-to-json.js';
import { base64Value, type JsonPieces } from './write-answer.js';

/** One picture's result, as JSON has it. */
export function* pictureAnswer(result: PictureAnswer): Steps<object> {
  switch (result.kind) {
    case 'labels':
      return {
        prediction: result.prediction,
        top: result.top.map((entry) => ({ ...entry, score: shortest(entry.score) })),
      };
    case 'picture':
      return {
        image: yield* base64Value(result.bytes),
        contentType: mediaTypeOf(result.bytes),
      };
    case 'numbers':
      return { prediction: result.outputs };
  }
}

/** Several pictures' results: `predictions` in their order, `null` where a picture was refused; `results` with the reasons. */
export function* picturesAnswer(
  results: readonly (LineAnswer<PictureAnswer> | ServingError)[],
): Steps<object> {
  const predictions = results.map((result) => {
    if (result instanceof ServingError) return null;
    const { value } = result;
    return value.kind === 'labels' ? value.prediction : value.kind === 'numbers' ? value.outputs : undefined;
  });
  const each: object[] = [];
  for (const result of results) {
    if (result instanceof ServingError) each.push({ error: pictureError(result) });
    else each.push({ ...(yield* pictureAnswer(result.value)), timings: result.timings });
  }
  return {
    ...(predictions.some((prediction) => prediction !== undefined) && { predictions }),
    results: each,
  };
}

export function numbersAnswer({ isInstance, outputs }: NumbersAnswer): object {
  return { [isInstance ? 'prediction' : 'predictions']: outputs };
}

/** The JSON of an object with one more field: what takes time to write should not be written twice. */
export function withTimings(json: JsonPieces, timings: object): JsonPieces {
  const last = String(json.at(-1));
  return [...json.slice(0, -1), `${last.slice(0, -1)},"timings":${JSON.stringify(timings)}}`];
}

/** Which version answered, in the answer and in the log. */
export interface ModelNames {
  readonly model: string;
  readonly version: number;
}

export function modelNames({ name, version }: ModelHandle): ModelNames {
  return { model: name, version };
}

/** What the graph encoded, told by its first bytes. */
export function mediaTypeOf(picture: Uint8Array): string {
  const format = sniffFormat(picture);
  return format === undefined ? 'application/octet-stream' : `image/${format.toLowerCase()}`;
}

function pictureError({ code, message }: ServingError): object {
  return { status: statusOf(code), code, detail: message };
}
