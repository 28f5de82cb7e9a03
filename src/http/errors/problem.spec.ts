import { ERROR_CODES, type ErrorCode, ServingError } from '../../errors/serving-error.js';
import { problemOf, statusOf } from './problem.js';

const STATUSES: Record<number, readonly ErrorCode[]> = {
  400: ['REQUEST_INVALID', 'BODY_UNREADABLE', 'IMAGE_MISSING', 'IMAGE_UNREADABLE'],
  401: ['KEY_MISSING', 'KEY_INVALID'],
  403: ['KEY_FORBIDDEN'],
  404: ['ROUTE_NOT_FOUND', 'MODEL_NOT_FOUND', 'LABEL_NOT_FOUND'],
  405: ['METHOD_NOT_ALLOWED'],
  408: ['BODY_TIMEOUT'],
  413: ['BODY_TOO_LARGE', 'IMAGE_TOO_LARGE', 'TOO_MANY_IMAGES', 'REQUEST_TOO_LARGE'],
  415: ['MEDIA_TYPE_UNSUPPORTED', 'IMAGE_UNSUPPORTED'],
  422: ['FIELD_INVALID', 'INPUT_INVALID', 'INPUT_REFUSED'],
  429: ['RATE_LIMITED'],
  499: ['CANCELLED'],
  500: ['INTERNAL'],
  502: ['UPSTREAM_FAILED'],
  503: ['MODEL_NOT_READY', 'QUEUE_FULL', 'DEADLINE_UNREACHABLE', 'ENGINE_FAILED', 'UPSTREAM_UNAVAILABLE'],
  504: ['DEADLINE_EXCEEDED', 'UPSTREAM_TIMEOUT'],
};
const cases = Object.entries(STATUSES).flatMap(([status, codes]) =>
  codes.map((code) => [code, Number(status)] as const),
);
const problem = (code: ErrorCode) => problemOf(new ServingError(code, 'A sentence.'), 'id-1');

describe('a problem document', () => {
  it.each(cases)('for %s has the status %d', (code, status) => {
    expect(statusOf(code)).toBe(status);
    expect(problem(code).status).toBe(status);
  });

  it('is promised for every code, and for each only one status', () => {
    expect(cases.map(([code]) => code).toSorted()).toEqual(ERROR_CODES.toSorted());
  });

  it.each(ERROR_CODES)('for %s has a title, a type that is a URI, the code and the sentence', (code) => {
    const { title, type, detail, ...rest } = problem(code);
    expect(title).toMatch(/^[A-Z][A-Za-z' -]+$/);
    expect(URL.canParse(type)).toBe(true);
    expect(detail).toBe('A sentence.');
    expect(rest).toMatchObject({ code, requestId: 'id-1' });
  });

  it('has one title for each status', () => {
    const titles = new Set(ERROR_CODES.map((code) => `${problem(code).status} ${problem(code).title}`));
    expect(titles.size).toBe(Object.keys(STATUSES).length);
    expect(problem('CANCELLED').title).toBe('Client Closed Request');
  });

  it('has a type of its own for each code: no two mean the same', () => {
    expect(new Set(ERROR_CODES.map((code) => problem(code).type)).size).toBe(ERROR_CODES.length);
    expect(problem('MODEL_NOT_FOUND').type).toBe('urn:tensornest:problem:model-not-found');
    expect(problem('RATE_LIMITED').type).toBe(
      'https://iana.org/assignments/http-problem-types#quota-exceeded',
    );
  });

  it('names the fields that were wrong', () => {
    const fields = [{ field: 'topK', message: 'must not be less than 1' }];
    expect(problemOf(new ServingError('FIELD_INVALID', 'No.', { fields }), undefined).errors).toEqual(fields);
  });

  it('holds nothing of the cause, and leaves out what there is not', () => {
    const error = new ServingError('ENGINE_FAILED', 'A sentence.', { cause: new Error('/models/flowers') });
    const sent = JSON.stringify(problemOf(error, undefined));
    expect(sent).not.toContain('/models/flowers');
    expect(Object.keys(JSON.parse(sent) as object)).toEqual(['type', 'title', 'status', 'detail', 'code']);
  });
});

describe('a code that is not in the set', () => {
  it('is a bug', () => {
    expect(() => statusOf('TEAPOT' as ErrorCode)).toThrow(
      /^This is a bug\. The error code TEAPOT has no status\.$/,
    );
  });
});
