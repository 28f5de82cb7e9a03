import { applyDecorators } from '@nestjs/common';
import {
  ApiExtension,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
} from '@nestjs/swagger';
import { TIMEOUT_HEADER } from '../http/call.js';
import { ApiProblems, PREDICTION_STATUSES } from './documentation/problem-examples.js';
import { ProblemDto } from './dto/problem.dto.js';

/** Marks an operation whose body `openapi.ts` describes: three media types, which Nest's decorators cannot. */
export const PREDICT_BODY_EXTENSION = 'x-predict-body';

const TIMINGS = {
  decodeMs: 2.1,
  preprocessMs: 0.6,
  queueMs: 0.1,
  inferenceMs: 4.8,
  answerMs: 0.1,
  totalMs: 7.7,
};
const TOP = [
  { label: 'star', index: 4, score: 0.90997845 },
  { label: 'cross', index: 5, score: 0.058464564 },
];

/** What the documentation says of X-Timeout-Ms. */
export const TIMEOUT_DESCRIPTION =
  'How many milliseconds the answer may take once the body is there, from 1 to REQUEST_TIMEOUT_MS, which is the default. Where that ' +
  'cannot be met, the request is refused at once with 503.';

/** The documentation that both prediction routes share. */
export function ApiPredict(operationId: string, summary: string, modelParam?: string): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiOperation({
      operationId,
      summary,
      description:
        'Send one picture (JPEG, PNG, WebP, GIF or BMP; the setting IMAGE_FORMATS may say otherwise) as the multipart field `image`, as the whole body, or as base64 in JSON; several ' +
        'as repeated fields or in `images`. A model of numbers takes `input` or `instances`; other inputs beside a picture go into `inputs`. An image-to-image model answers ' +
        'the picture itself to `Accept: image/png`, else base64 in JSON.',
    }),
    ApiExtension(PREDICT_BODY_EXTENSION, true),
    ApiHeader({
      name: TIMEOUT_HEADER,
      description: TIMEOUT_DESCRIPTION,
      required: false,
      schema: { type: 'integer', minimum: 1 },
    }),
    ...(modelParam
      ? [ApiParam({ name: modelParam, example: 'shapes', description: 'Name of a model; see GET /models.' })]
      : []),
    ApiResponse({
      status: 200,
      description: 'What the model makes of it.',
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/PredictAnswer' },
          examples: {
            picture: {
              summary: 'One picture',
              value: { model: 'shapes', version: 1, prediction: 'star', top: TOP, timings: TIMINGS },
            },
            pictures: {
              summary: 'Several pictures, one of them unreadable',
              value: {
                model: 'shapes',
                version: 1,
                predictions: ['star', null],
                results: [
                  { prediction: 'star', top: TOP, timings: TIMINGS },
                  {
                    error: {
                      status: 400,
                      code: 'IMAGE_UNREADABLE',
                      detail: 'The picture is not valid base64, or it broke off.',
                    },
                  },
                ],
                timings: { totalMs: 9.4 },
              },
            },
            numbers: {
              summary: 'Numbers',
              value: { model: 'half_plus_two', version: 1, predictions: [2.5, 3, 4.5], timings: TIMINGS },
            },
            image: {
              summary: 'A picture of an image-to-image model',
              value: {
                model: 'denoise',
                version: 1,
                image: 'iVBORw0KGgo…',
                contentType: 'image/png',
                timings: TIMINGS,
              },
            },
          },
        },
        'image/png': { schema: { type: 'string', format: 'binary' } },
      },
    }),
    ApiProblems(PREDICTION_STATUSES),
  );
}
