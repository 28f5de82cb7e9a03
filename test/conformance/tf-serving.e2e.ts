import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TestServer } from '../e2e/server.js';

interface RoutingCase {
  readonly id: string;
  readonly description: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
  readonly body_encoding?: 'gzip' | 'identity';
  readonly request_headers?: Readonly<Record<string, string>>;
  readonly expect: {
    readonly http: number;
    readonly json?: unknown;
    readonly body?: string;
    readonly body_contains?: string;
    readonly error_equals?: string;
    readonly error_contains?: string;
    readonly status_message_contains?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** Where this server differs on purpose: `docs/tf-serving.md` says why. */
const DIFFERENT = new Map([
  ['route-037', 'the query is no part of the path'],
  ['route-038', 'the query is no part of the name'],
  ['route-055', 'the metrics are always on'],
]);

const CASES = JSON.parse(readFileSync(resolve(import.meta.dirname, 'tf-serving-cases.json'), 'utf8')) as {
  readonly routing: readonly RoutingCase[];
};

describe('TensorFlow Serving’s REST API', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { m: 'half_plus_two_serving' },
      yaml: { m: 'versionLabels: {stable: 123}\n' },
      env: { ENGINE: 'tensorflow' },
    });
  });
  afterAll(() => server.stop());

  const send = ({ method, path, body, body_encoding, request_headers }: RoutingCase): Promise<Response> => {
    const content = body_encoding === 'gzip' && body !== null ? gzipSync(body) : body;
    // What a browser asks first has no key.
    const key: Record<string, string> = method === 'OPTIONS' ? {} : { 'X-API-Key': server.key };
    const hasBody = content !== null && method !== 'GET' && method !== 'HEAD';
    return fetch(`${server.url}${path}`, {
      method,
      headers: { ...key, ...request_headers },
      ...(hasBody && { body: content }),
    });
  };

  it.each(CASES.routing.filter(({ id }) => !DIFFERENT.has(id)))('$id: $description', async (told) => {
    const response = await send(told);
    const text = await response.text();
    const { http, json, body, body_contains, error_equals, error_contains, headers } = told.expect;
    const message = error_contains ?? told.expect.status_message_contains;
    expect({ status: response.status, text }).toMatchObject({ status: http });
    for (const [name, value] of Object.entries(headers ?? {}))
      expect(response.headers.get(name)).toBe(value.toLowerCase());
    if (json !== undefined) expect(JSON.parse(text)).toEqual(json);
    if (body !== undefined) expect(text).toBe(body);
    if (body_contains !== undefined) expect(text).toContain(body_contains);
    if (error_equals !== undefined) expect(JSON.parse(text)).toEqual({ error: error_equals });
    if (message !== undefined) expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(message) });
  });

  it.each([...DIFFERENT])('%s is answered otherwise on purpose: %s', async (id) => {
    const told = CASES.routing.find((one) => one.id === id)!;
    const { status } = await send(told);
    expect({ status, told: told.expect.http }).toEqual({ status: 200, told: id === 'route-037' ? 400 : 404 });
  });

  it('takes no query for a part of a path or a name', async () => {
    const path = '/v1/models/m:predict?x=1';
    const predicted = await server.postJson(path, { instances: [1, 2] });
    expect(await predicted.json()).toEqual({ predictions: [2.5, 3] });
    expect((await server.fetch('/v1/models/m?x=1')).status).toBe(200);
  });
});
