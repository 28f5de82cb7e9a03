/**
 * Everything that can go wrong for a client, named by what happened. A closed set: each protocol maps it to its
 * own statuses once, exhaustively (the friendly API in `http/errors/problem.ts`).
 */
export const ERROR_CODES = [
  'REQUEST_INVALID',
  'BODY_UNREADABLE',
  'BODY_TOO_LARGE',
  'BODY_TIMEOUT',
  'MEDIA_TYPE_UNSUPPORTED',
  'FIELD_INVALID',
  'IMAGE_MISSING',
  'IMAGE_UNREADABLE',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'TOO_MANY_IMAGES',
  'REQUEST_TOO_LARGE',
  'INPUT_INVALID',
  'INPUT_REFUSED',
  'KEY_MISSING',
  'KEY_INVALID',
  'KEY_FORBIDDEN',
  'RATE_LIMITED',
  'ROUTE_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'MODEL_NOT_FOUND',
  'LABEL_NOT_FOUND',
  'MODEL_NOT_READY',
  'QUEUE_FULL',
  'DEADLINE_EXCEEDED',
  'DEADLINE_UNREACHABLE',
  'ENGINE_FAILED',
  'UPSTREAM_FAILED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorExtras {
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number;
  /** For `METHOD_NOT_ALLOWED`: the methods that are; becomes `Allow`. */
  readonly allow?: readonly string[];
  /** What was wrong, field by field; for `FIELD_INVALID`. */
  readonly fields?: readonly FieldError[];
  /** For `RATE_LIMITED`: the names of the policies that were exceeded. */
  readonly violatedPolicies?: readonly string[];
  /** For the log only; never sent to a client. */
  readonly cause?: unknown;
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * An expected failure. `message` is read by the client: a sentence that says what happened and what to do,
 * without paths, stacks or addresses.
 */
export class ServingError extends Error {
  readonly retryAfter: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly fields: readonly FieldError[] | undefined;
  readonly violatedPolicies: readonly string[] | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    extras: ErrorExtras = {},
  ) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'ServingError';
    this.retryAfter = extras.retryAfter;
    this.allow = extras.allow;
    this.fields = extras.fields;
    this.violatedPolicies = extras.violatedPolicies;
  }
}
