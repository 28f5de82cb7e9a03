import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { type ErrorCode, ServingError } from '../../errors/serving-error.js';
import { invalid } from '../../http/errors/invalid.js';
import { type Problem, problemOf, statusOf } from '../../http/errors/problem.js';

const REQUEST_ID = '6f1c2f6e-3b0e-4b5e-9d5c-0c2f8a4f1b7d';

/** What each status of the documentation means. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: 'There is no picture, or it cannot be read, or the body broke off.',
  401: 'The API key is missing or not valid.',
  403: 'The API key may not use this model, or has not the scope of this route.',
  404: 'There is no such model, version or label.',
  408: 'The body did not arrive in time.',
  413: 'The body or the picture is too large.',
  415: 'The picture is of a format that is not read, or the body is of another type.',
  422: 'A field is wrong, or the input does not fit the model.',
  429: 'Too many requests; Retry-After says when to go on.',
  500: 'Something unexpected happened.',
  502: 'Another server, which runs the model, failed.',
  503: 'The model is not ready, too many requests wait, the time given is too short, or the engine failed; Retry-After says when to try again.',
  504: 'The prediction took too long.',
};

const ENGINE = 'The engine failed while it worked on this request and is being replaced. Try again.';
const REFUSALS: readonly ServingError[] = [
  new ServingError(
    'IMAGE_MISSING',
    'There is no picture: the form has "photo". Send one as a file in the multipart field "image", as the body with Content-Type image/jpeg, or as base64 in {"image": …}.',
  ),
  new ServingError('IMAGE_UNREADABLE', 'The picture is not valid base64, or it broke off.'),
  new ServingError('BODY_UNREADABLE', 'The body is not valid JSON.'),
  new ServingError(
    'KEY_MISSING',
    'This request carries no API key: send one in the X-API-Key header, or as Authorization: Bearer.',
  ),
  new ServingError('KEY_INVALID', 'This API key is not known here: it is mistyped, or was revoked.'),
  new ServingError('KEY_FORBIDDEN', 'This API key may not use the model "shapes"; it is for denoise.'),
  new ServingError(
    'KEY_FORBIDDEN',
    'This route asks for an API key with the scope metrics; this key has predict. Ask who runs this server for another key.',
  ),
  new ServingError('MODEL_NOT_FOUND', 'There is no model "nope". GET /models lists those that are served.'),
  new ServingError(
    'LABEL_NOT_FOUND',
    'There is no version of the model "shapes" labelled "stable"; the labels are: none.',
  ),
  new ServingError('BODY_TIMEOUT', 'The body did not arrive within 30000 ms.'),
  new ServingError('BODY_TOO_LARGE', 'The body may have 67108864 bytes at most; this one has more.'),
  new ServingError('TOO_MANY_IMAGES', 'Send 32 pictures at most in one request, not 33.'),
  new ServingError(
    'MEDIA_TYPE_UNSUPPORTED',
    'Send application/json, multipart/form-data or image/*, not text/plain.',
  ),
  invalid([{ field: 'topk', message: 'is no parameter of this route; did you mean "topK"?' }]),
  new ServingError(
    'INPUT_INVALID',
    'Expected float32 [?] for the input "x" but received "a", which is not a number that float32 holds.',
  ),
  new ServingError('RATE_LIMITED', 'More than 600 requests within a minute: try again in 60 seconds.', {
    violatedPolicies: ['default'],
  }),
  new ServingError(
    'INTERNAL',
    "Something unexpected happened. The server's log has it under this request's id.",
  ),
  new ServingError('UPSTREAM_FAILED', "The remote server's answer is not HTTP."),
  new ServingError('MODEL_NOT_READY', 'The model "shapes" is being loaded. Try again.'),
  new ServingError('QUEUE_FULL', 'Too many requests are waiting for this model. Try again.'),
  new ServingError('ENGINE_FAILED', ENGINE),
  new ServingError(
    'DEADLINE_EXCEEDED',
    'The answer was not ready within 30000 ms. Try again when the server is less busy.',
  ),
  new ServingError('UPSTREAM_TIMEOUT', 'The remote server did not answer within 30000 ms.'),
];

export const CALLER_STATUSES = [401, 403, 429] as const;
export const MODEL_STATUSES = [401, 403, 404, 429] as const;
export const PREDICTION_STATUSES = Object.keys(MEANINGS).map(Number);

/** Documents the problems of a route, each status with examples of its own. */
export function ApiProblems(statuses: readonly number[]): MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: MEANINGS[status] ?? '', content: contentOf(status) }),
    ),
  );
}

/** The same for a route whose controller must not know of this. */
export function problemResponses(statuses: readonly number[]): Record<string, object> {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: MEANINGS[status] ?? '', content: contentOf(status) },
    ]),
  );
}

function contentOf(status: number) {
  const ofStatus = REFUSALS.filter(({ code }) => statusOf(code) === status);
  const examples = Object.fromEntries(
    ofStatus.map((error, index) => {
      const before = ofStatus.slice(0, index).filter(({ code }) => code === error.code).length;
      return [before === 0 ? error.code : `${error.code}_${before + 1}`, exampleOf(error)];
    }),
  );
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' }, examples } };
}

function exampleOf(error: ServingError): { summary: ErrorCode; value: Problem } {
  const { errors, 'violated-policies': policies, ...problem } = problemOf(error, REQUEST_ID);
  const value = {
    ...problem,
    ...(errors && { errors }),
    ...(policies && { 'violated-policies': policies }),
  } as Problem;
  return { summary: error.code, value };
}
