import { STATUS_CODES } from 'node:http';
import type { ErrorCode, FieldError, ServingError } from '../../errors/serving-error.js';

/** A problem document, RFC 9457, with a code for programs and the id under which the log has the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  /** draft-ietf-httpapi-ratelimit-headers-10, quota-exceeded: names as in `RateLimit-Policy`. */
  readonly 'violated-policies': readonly string[] | undefined;
}

/** The status of an error of the friendly API. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'REQUEST_INVALID':
    case 'BODY_UNREADABLE':
    case 'IMAGE_MISSING':
    case 'IMAGE_UNREADABLE':
      return 400;
    case 'KEY_MISSING':
    case 'KEY_INVALID':
      return 401;
    case 'KEY_FORBIDDEN':
      return 403;
    case 'ROUTE_NOT_FOUND':
    case 'MODEL_NOT_FOUND':
    case 'LABEL_NOT_FOUND':
      return 404;
    case 'METHOD_NOT_ALLOWED':
      return 405;
    case 'BODY_TIMEOUT':
      return 408;
    case 'BODY_TOO_LARGE':
    case 'IMAGE_TOO_LARGE':
    case 'TOO_MANY_IMAGES':
    case 'REQUEST_TOO_LARGE':
      return 413;
    case 'MEDIA_TYPE_UNSUPPORTED':
    case 'IMAGE_UNSUPPORTED':
      return 415;
    case 'FIELD_INVALID':
    case 'INPUT_INVALID':
    case 'INPUT_REFUSED':
      return 422;
    case 'RATE_LIMITED':
      return 429;
    case 'CANCELLED':
      return 499; // Nobody reads it; the log does.
    case 'INTERNAL':
      return 500;
    case 'UPSTREAM_FAILED':
      return 502;
    case 'MODEL_NOT_READY':
    case 'QUEUE_FULL':
    case 'DEADLINE_UNREACHABLE':
    case 'ENGINE_FAILED':
    case 'UPSTREAM_UNAVAILABLE':
      return 503;
    case 'DEADLINE_EXCEEDED':
    case 'UPSTREAM_TIMEOUT':
      return 504;
    default:
      return assertNever(code);
  }
}

export function problemOf(error: ServingError, requestId: string | undefined): Problem {
  const status = statusOf(error.code);
  return {
    type: typeOf(error.code),
    title: STATUS_CODES[status] ?? 'Client Closed Request',
    status,
    detail: error.message,
    code: error.code,
    requestId,
    errors: error.fields,
    'violated-policies': error.violatedPolicies,
  };
}

/** RFC 9457 asks for a URI; those of the rate limit draft are registered, the others are names of our own. */
function typeOf(code: ErrorCode): string {
  if (code === 'RATE_LIMITED') return 'https://iana.org/assignments/http-problem-types#quota-exceeded';
  return `urn:tensornest:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

function assertNever(code: never): never {
  throw new Error(`This is a bug. The error code ${String(code)} has no status.`);
}
