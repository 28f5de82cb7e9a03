import { conformanceCases } from './conformance.fixture.js';
import { parsePath, type ServingPath, type Target } from './path.js';
import { StatusError } from './status.js';

interface PathCase {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly expect: {
    readonly match: boolean;
    readonly name?: string;
    readonly version?: number;
    readonly label?: string;
    readonly verb?: string;
    readonly subresource?: string;
    readonly error?: string;
    readonly message_contains?: string;
  };
}

function failure(method: string, path: string): StatusError {
  try {
    parsePath(method, path);
  } catch (error) {
    if (error instanceof StatusError) return error;
  }
  throw new Error(`${method} ${path} was taken.`);
}

/** What the path of a case is read as. */
function expectedOf({ expect: told }: PathCase): object {
  const { name, version, label, verb, subresource } = told;
  const target = {
    name,
    ...(version !== undefined && { version: BigInt(version) }),
    ...(label !== undefined && { label }),
  };
  return told.match ? { kind: verb ?? subresource ?? 'status', target } : { kind: 'malformed' };
}

const CASES = conformanceCases<PathCase>('path_parsing');

describe('a path of /v1', () => {
  it.each(CASES.filter(({ expect: told }) => told.error === undefined))('$id: $method $path', (told) => {
    expect(parsePath(told.method, told.path)).toEqual(expectedOf(told));
  });

  it.each(CASES.filter(({ expect: told }) => told.error !== undefined))(
    '$id: $method $path',
    ({ method, path, expect: told }) => {
      const message = expect.stringContaining(told.message_contains!) as string;
      expect(failure(method, path)).toMatchObject({ code: told.error, message });
    },
  );

  const m: Target = { name: 'm' };
  it.each<[string, string, ServingPath]>([
    ['GET', '/v1/models', { kind: 'models' }],
    ['GET', '/V1/Models/m', { kind: 'status', target: m }],
    ['POST', '/V1/MODELS/m/Versions/007:regress', { kind: 'regress', target: { ...m, version: 7n } }],
    ['POST', '/v1/models/m:PREDICT', { kind: 'malformed' }],
    ['GET', '/v1/models/m/METADATA', { kind: 'status', target: m }],
    ['GET', '/v1/models/metadata', { kind: 'status', target: { name: 'metadata' } }],
    ['GET', '/v1/models/m/', { kind: 'malformed' }],
    ['GET', '/v1/models/', { kind: 'malformed' }],
    ['GET', '/v1/models/m/versions/-1', { kind: 'malformed' }],
    ['GET', '/v1/models/m/versions/1/labels/x', { kind: 'malformed' }],
    ['POST', '/v1/models/m', { kind: 'malformed' }],
    ['POST', '/v1/models', { kind: 'malformed' }],
    ['POST', '/v1/models/:predict', { kind: 'malformed' }],
    ['POST', '/v1/models/m:predict/', { kind: 'malformed' }],
    ['POST', '/v1/models/m:explain', { kind: 'malformed' }],
    ['HEAD', '/v1/models/m', { kind: 'malformed' }],
    ['DELETE', '/v1/models/m', { kind: 'malformed' }],
    ['GET', '/v1/models/%E2%82%AC%2Fa', { kind: 'status', target: { name: '€/a' } }],
    ['GET', '/v1/models/50%', { kind: 'status', target: { name: '50%' } }],
    ['GET', '/v1/models/%zz+%41', { kind: 'status', target: { name: '%zz+A' } }],
    ['GET', '/v1/models/%2541', { kind: 'status', target: { name: '%41' } }],
    [
      'GET',
      '/v1/models/m/versions/9223372036854775807',
      { kind: 'status', target: { ...m, version: 2n ** 63n - 1n } },
    ],
  ])('%s %s is told from others', (method, path, expected) => {
    expect(parsePath(method, path)).toEqual(expected);
  });

  it.each([
    ['GET', '/v1/models/versions/1', 'Missing model name in request.'],
    ['GET', '/v1/models/labels/stable/metadata', 'Missing model name in request.'],
    [
      'GET',
      '/v1/models/m/versions/9223372036854775808',
      'Failed to convert version: 9223372036854775808 to numeric.',
    ],
  ])('%s %s is refused with the reason', (method, path, message) => {
    expect(failure(method, path)).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });
});
