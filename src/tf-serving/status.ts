/** The canonical codes of TensorFlow's `Status` (`absl/status/status.h`) that TensorFlow Serving answers with. */
export type StatusCode = keyof typeof HTTP_STATUS;

/** As `tensorflow_serving/model_servers/http_rest_api_handler.cc` maps them. */
export const HTTP_STATUS = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
} as const;

/** An error of the protocol `/v1`, with the text that TensorFlow Serving has for it. */
export class StatusError extends Error {
  constructor(
    readonly code: Exclude<StatusCode, 'OK'>,
    message: string,
  ) {
    super(message);
    this.name = 'StatusError';
  }
}
