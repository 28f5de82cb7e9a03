import { ERROR_CODES } from '../errors/serving-error.js';
import { statusOf } from '../http/errors/problem.js';
import { conformanceCases } from './conformance.fixture.js';
import { errorBody, httpStatusOf, statusCodeOf } from './error-answer.js';
import { HTTP_STATUS, type StatusCode } from './status.js';

describe('an error of /v1', () => {
  it.each(conformanceCases<{ code: StatusCode; http: number }>('status_code_map'))(
    'of the code $code has the status $http',
    ({ code, http }) => {
      expect(HTTP_STATUS[code]).toBe(http);
    },
  );

  it.each(ERROR_CODES)('%s is a client’s fault exactly where it is one in the friendly API', (code) => {
    expect(httpStatusOf(code) < 500).toBe(statusOf(code) < 500);
    expect(HTTP_STATUS[statusCodeOf(code)] < 500).toBe(statusOf(code) < 500 && code !== 'BODY_TIMEOUT');
  });

  it.each([
    ['KEY_MISSING', 401],
    ['KEY_FORBIDDEN', 403],
    ['BODY_TIMEOUT', 408],
    ['BODY_TOO_LARGE', 413],
    ['IMAGE_UNSUPPORTED', 415],
    ['RATE_LIMITED', 429],
    ['UPSTREAM_FAILED', 502],
    ['MODEL_NOT_READY', 503],
    ['DEADLINE_EXCEEDED', 504],
    ['INPUT_REFUSED', 400],
    ['LABEL_NOT_FOUND', 400],
  ] as const)('%s has the status %i', (code, status) => {
    expect(httpStatusOf(code)).toBe(status);
  });

  it('has its message as the only key, whatever stands in it', () => {
    expect(JSON.parse(errorBody('Bad key: "key"\n'))).toEqual({ error: 'Bad key: "key"\n' });
  });
});
