import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { projectFile, TestServer } from './server.js';

describe('misuse', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes', half_plus_two: 'half_plus_two' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { MAX_BODY_BYTES: '1000000', MAX_IMAGE_BYTES: '100000', RATE_LIMIT: '100000' },
    });
  });
  afterEach(async () => {
    // Whatever was sent, the next caller is served.
    expect(
      await (await server.postForm('/predict', await projectFile('samples/star.jpg'))).json(),
    ).toMatchObject({ prediction: 'star' });
  });
  afterAll(() => server.stop());

  it('JSON nested 200,000 deep is refused before it is parsed', async () => {
    const body = Buffer.from(`{"input": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    const response = await server.postRaw('/predict', body, 'application/json');
    expect(await response.json()).toMatchObject({
      status: 400,
      code: 'BODY_UNREADABLE',
      detail: 'JSON may be nested 32 deep at most.',
    });
  });

  it('__proto__ in JSON is an unknown field', async () => {
    const response = await server.postRaw(
      '/predict',
      Buffer.from('{"__proto__": {"image": "AAAA"}}'),
      'application/json',
    );
    expect(await response.json()).toMatchObject({ status: 422, code: 'FIELD_INVALID' });
  });

  it.each(['application/json', 'image/png'])(
    'a small gzip of a large %s is refused by its size once unpacked',
    async (type) => {
      const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
      expect(bomb.length).toBeLessThan(100_000);
      const response = await server.postRaw('/predict', bomb, type, { 'Content-Encoding': 'gzip' });
      expect(await response.json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    },
  );

  it('a gzipped body within the limits is read', async () => {
    const body = gzipSync(JSON.stringify({ input: [1] }));
    const response = await server.postRaw('/models/half_plus_two/predict', body, 'application/json', {
      'Content-Encoding': 'gzip',
    });
    expect(await response.json()).toMatchObject({ predictions: [2.5] });
  });

  it('an unknown encoding and a broken gzip are refused', async () => {
    const unknown = await server.postRaw('/predict', Buffer.from('{}'), 'application/json', {
      'Content-Encoding': 'zstd-ish',
    });
    expect(await unknown.json()).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
    const broken = await server.postRaw('/predict', Buffer.from('not gzip'), 'application/json', {
      'Content-Encoding': 'gzip',
    });
    expect(await broken.json()).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' });
  });

  it('an unknown encoding is refused at /v1 too', async () => {
    for (const encoding of ['br', 'zstd-ish', 'gzip, br']) {
      const response = await server.postRaw(
        '/v1/models/half_plus_two:predict',
        Buffer.from('{}'),
        'application/json',
        {
          'Content-Encoding': encoding,
        },
      );
      expect([response.status, await response.json()]).toEqual([
        415,
        { error: 'Content-Encoding may be gzip or absent.' },
      ]);
    }
  });

  it('JSON nested deeper than a tensor is refused at /v1 before it is parsed', async () => {
    const body = Buffer.from(`{"instances": ${'['.repeat(200_000)}`);
    const response = await server.postRaw('/v1/models/half_plus_two:predict', body, 'application/json');
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'JSON may be nested 300 deep at most.' },
    ]);
  });

  it.each([
    ['GET', '/predict', 'POST'],
    ['DELETE', '/models/shapes', 'GET, HEAD'],
    ['PUT', '/models/shapes/predict', 'POST'],
    ['PATCH', '/models', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['PATCH', '/v1/models/shapes:predict', 'POST, OPTIONS'],
    ['PROPFIND', '/v1/models/shapes', 'GET, OPTIONS'],
  ])('%s %s is refused with the methods that are taken', async (method, path, allow) => {
    const response = await server.fetch(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(JSON.stringify(await response.json())).toContain(
      path.startsWith('/v1') ? 'Malformed request' : 'METHOD_NOT_ALLOWED',
    );
  });

  it('a body of another type is refused with the types that are taken', async () => {
    const response = await server.postRaw('/predict', Buffer.from('hello'), 'text/plain');
    expect(await response.json()).toMatchObject({
      status: 415,
      detail: 'Send application/json, multipart/form-data or image/*, not text/plain.',
    });
  });

  it('a form that is too large, has too many files, text fields or a broken boundary is refused', async () => {
    const large = await server.postForm('/predict', Buffer.alloc(1_100_000));
    expect(await large.json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    const many = await server.postForm('/predict', ...Array.from({ length: 33 }, () => Buffer.from('x')));
    expect(await many.json()).toMatchObject({ status: 413, code: 'TOO_MANY_IMAGES' });
    const body = new FormData();
    body.append('topK', '3');
    expect(await (await server.fetch('/predict', { method: 'POST', body })).json()).toMatchObject({
      status: 400,
      code: 'IMAGE_MISSING',
    });
    const broken = await server.postRaw(
      '/predict',
      Buffer.from('--x\r\n'),
      'multipart/form-data; boundary=y',
    );
    expect(await broken.json()).toMatchObject({ status: 400 });
    const none = await server.postRaw('/predict', Buffer.from('x'), 'multipart/form-data');
    expect(await none.json()).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' });
  });

  it('a chunked form larger than the limit is refused while it arrives', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n';
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(head)),
      // Without turns of the event loop in between, fetch may write to a closed connection for ever.
      pull: async (controller) => {
        await setImmediate();
        controller.enqueue(Buffer.alloc(65_536));
      },
    });
    const response = await fetch(`${server.url}/predict`, {
      method: 'POST',
      headers: { 'X-API-Key': server.key, 'Content-Type': 'multipart/form-data; boundary=b' },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(await response.json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  it('a picture of too many bytes is refused by that limit', async () => {
    const response = await server.postForm(
      '/predict',
      Buffer.concat([await projectFile('samples/star.jpg'), Buffer.alloc(200_000)]),
    );
    expect(await response.json()).toMatchObject({ status: 413, code: 'IMAGE_TOO_LARGE' });
  });

  it.each([
    '/models/..%2f..%2fetc/predict',
    '/models/%00/predict',
    '/models/shapes%2f1/predict',
    `/models/${'x'.repeat(5000)}/predict`,
  ])('the path %s names no model', async (path) => {
    const response = await server.fetch(path, { method: 'POST' });
    expect(response.status).toBe(404);
  });

  it('a path that is no percent-encoding, and a route that is not there, are told in a problem document', async () => {
    const response = await server.fetch('/models/%zz');
    expect(await response.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    const { status, headers } = await server.fetch('/nope');
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
  });

  it('no answer tells of paths, stacks or the software it comes from', async () => {
    const answers = await Promise.all([
      server.fetch('/models/%zz'),
      server.postRaw('/predict', Buffer.from('{'), 'application/json'),
      server.postForm('/predict', Buffer.from('x')),
      server.postJson('/models/half_plus_two/predict', { input: 'x' }),
    ]);
    for (const answer of answers) {
      expect(await answer.text()).not.toMatch(/node_modules|\/dist\/|\.js:|at \w+ \(|vips/i);
      expect(answer.headers.get('x-powered-by')).toBeNull();
    }
  });
});
