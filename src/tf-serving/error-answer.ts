import type { ErrorCode } from '../errors/serving-error.js';
import { HTTP_STATUS, type StatusCode } from './status.js';

type ErrorStatus = Exclude<StatusCode, 'OK'>;

/** What TensorFlow would call an error of ours. */
export function statusCodeOf(code: ErrorCode): ErrorStatus {
  switch (code) {
    case 'REQUEST_INVALID':
    case 'METHOD_NOT_ALLOWED':
    case 'BODY_UNREADABLE':
    case 'BODY_TOO_LARGE':
    case 'MEDIA_TYPE_UNSUPPORTED':
    case 'FIELD_INVALID':
    case 'IMAGE_MISSING':
    case 'IMAGE_UNREADABLE':
    case 'IMAGE_UNSUPPORTED':
    case 'IMAGE_TOO_LARGE':
    case 'TOO_MANY_IMAGES':
    case 'REQUEST_TOO_LARGE':
    case 'INPUT_INVALID':
    case 'INPUT_REFUSED':
    case 'LABEL_NOT_FOUND':
      return 'INVALID_ARGUMENT';
    case 'KEY_MISSING':
    case 'KEY_INVALID':
      return 'UNAUTHENTICATED';
    case 'KEY_FORBIDDEN':
      return 'PERMISSION_DENIED';
    case 'RATE_LIMITED':
      return 'RESOURCE_EXHAUSTED';
    case 'ROUTE_NOT_FOUND':
    case 'MODEL_NOT_FOUND':
      return 'NOT_FOUND';
    case 'MODEL_NOT_READY':
    case 'QUEUE_FULL':
    case 'DEADLINE_UNREACHABLE':
    case 'ENGINE_FAILED':
    case 'UPSTREAM_UNAVAILABLE':
      return 'UNAVAILABLE';
    case 'BODY_TIMEOUT':
    case 'DEADLINE_EXCEEDED':
    case 'UPSTREAM_TIMEOUT':
      return 'DEADLINE_EXCEEDED';
    case 'CANCELLED':
      return 'CANCELLED';
    case 'UPSTREAM_FAILED':
      return 'UNKNOWN';
    case 'INTERNAL':
      return 'INTERNAL';
    default:
      return assertNever(code);
  }
}

/** What HTTP has a better word for than TensorFlow's codes lead to; they concern what TensorFlow Serving does not know. */
const BETTER_STATUS: { readonly [C in ErrorCode]?: number } = {
  METHOD_NOT_ALLOWED: 405,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  IMAGE_TOO_LARGE: 413,
  TOO_MANY_IMAGES: 413,
  REQUEST_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  IMAGE_UNSUPPORTED: 415,
  UPSTREAM_FAILED: 502,
};

/** The HTTP status of an error of ours. */
export function httpStatusOf(code: ErrorCode): number {
  return BETTER_STATUS[code] ?? HTTP_STATUS[statusCodeOf(code)];
}

function assertNever(code: never): never {
  throw new Error(`This is a bug. The error code ${String(code)} has no status.`);
}

/** Every error of this protocol has a body of this form. */
export function errorBody(message: string): string {
  return JSON.stringify({ error: message });
}
