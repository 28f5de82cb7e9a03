import { fakeModel, projectFile, TestServer } from './server.js';

describe('the log', () => {
  it('has one line a request: id, status, key id, model and stage timings as the answer has them; no key, no picture', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    });
    const picture = await projectFile('samples/star.jpg');
    const response = await server.postJson(
      '/predict?topK=1',
      { image: picture.toString('base64') },
      { 'X-Request-Id': 'order-66' },
    );
    expect(response.headers.get('x-request-id')).toBe('order-66');
    const { timings } = (await response.json()) as { timings: unknown };
    await server.until(
      () => server.log().some(({ requestId }) => requestId === 'order-66'),
      'the line is there',
    );
    const lines = server.log().filter(({ requestId }) => requestId === 'order-66');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      method: 'POST',
      path: '/predict',
      status: 200,
      model: 'shapes',
      version: 1,
      timings,
      key: expect.any(String),
      msg: 'POST /predict 200',
    });
    const structured = server.lines.filter((line) => line.startsWith('{')).join('\n');
    expect(structured).not.toMatch(server.key);
    expect(structured).not.toMatch(picture.toString('base64').slice(0, 40));
    await server.stop();
  });

  it('makes an id where the client gives none, or one that could deceive a reader of the log', async () => {
    const server = await TestServer.start({ models: { fake: fakeModel() }, env: { ENGINE: 'fake' } });
    for (const given of [undefined, 'a b', 'x'.repeat(200), '<script>']) {
      const response = await server.fetch('/models', {
        headers: given === undefined ? {} : { 'X-Request-Id': given },
      });
      expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    }
    await server.stop();
  });

  it("has, under the request's id, why a model refused its input", async () => {
    const server = await TestServer.start({ models: { fails: 'fails' } });
    const response = await server.postJson('/predict', { input: [-1] }, { 'X-Request-Id': 'why' });
    expect(await response.json()).toMatchObject({ code: 'INPUT_REFUSED', requestId: 'why' });
    await server.until(
      () => server.log().filter(({ requestId }) => requestId === 'why').length === 2,
      'both lines are there',
    );
    expect(server.log().find(({ requestId }) => requestId === 'why')!.msg).toMatch(
      /^INPUT_REFUSED: Session fail to run/,
    );
    await server.stop();
  });

  it('has method, path, status and code of every refusal, also of an upload that is not read; no query, no key', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ on: { '9': 'slow' } }) },
      env: { ENGINE: 'fake', RATE_LIMIT: '5' },
    });
    const form = (): FormData => {
      const body = new FormData();
      body.append('image', new Blob([new Uint8Array(8_000_000)]), 'a.png');
      return body;
    };
    const upload = (path: string, id: string, key = server.key): Promise<Response> =>
      server.fetch(path, {
        method: 'POST',
        body: form(),
        headers: { 'X-API-Key': key, 'X-Request-Id': id },
      });
    const secret = 'tn_0123456789';
    await upload('/predict?secret=hidden', 'no-key', secret);
    await upload('/models/nope/predict', 'no-model');
    await upload('/predict?version=7', 'no-version');
    await server.postJson('/v1/models/nope:predict', { instances: [1] }, { 'X-Request-Id': 'v1' });
    await server.postJson('/predict', { imgae: 'x' }, { 'X-Request-Id': 'field' });
    await server.fetch('/nowhere', { headers: { 'X-Request-Id': 'nowhere' } });
    await server.fetch(`/models/${server.key}/predict`, { headers: { 'X-Request-Id': 'in-path' } });
    await server.fetch(`/${server.key.replace('tn_', '%74n%5f')}`, {
      headers: { 'X-Request-Id': server.key },
    });
    await server.fetch('/models', { headers: { 'X-Request-Id': 'fine' } });
    await upload('/predict', 'too-many');
    const expected = {
      'no-key': ['POST', '/predict', 401, 'KEY_INVALID'],
      'no-model': ['POST', '/models/nope/predict', 404, 'MODEL_NOT_FOUND'],
      'no-version': ['POST', '/predict', 404, 'MODEL_NOT_FOUND'],
      v1: ['POST', '/v1/models/nope:predict', 404, 'NOT_FOUND'],
      field: ['POST', '/predict', 422, 'FIELD_INVALID'],
      nowhere: ['GET', '/nowhere', 404, 'ROUTE_NOT_FOUND'],
      'in-path': ['GET', `/models/tn_${server.key.split('_')[1]}_…/predict`, 405, 'METHOD_NOT_ALLOWED'],
      fine: ['GET', '/models', 200, undefined],
      'too-many': ['POST', '/predict', 429, 'RATE_LIMITED'],
    };
    const lineOf = (id: string): Record<string, unknown> | undefined =>
      server.log().find(({ requestId, status }) => requestId === id && status !== undefined);
    await server.until(() => Object.keys(expected).every(lineOf), 'all lines are there');
    for (const [id, fields] of Object.entries(expected)) {
      const { method, path, status, code, msg } = lineOf(id)!;
      expect([id, method, path, status, code]).toEqual([id, ...fields]);
      expect(msg).toBe(fields.filter((field) => field !== undefined).join(' '));
    }
    const structured = server.lines.filter((line) => line.startsWith('{')).join('\n');
    for (const hidden of [server.key, secret, 'hidden']) expect(structured).not.toMatch(hidden);
    await server.stop();
  });

  it('says of a request whose client left that it did', async () => {
    const server = await TestServer.start({
      models: { fake: fakeModel({ runMs: 500 }) },
      env: { ENGINE: 'fake' },
    });
    const leave = new AbortController();
    const request = server.fetch('/predict', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'left' },
      body: '{"input": [1]}',
      signal: leave.signal,
    });
    const metrics = async (): Promise<string> => (await server.fetch('/metrics')).text();
    await server.until(
      async () => /tensornest_model_requests_total\{.*\} 1/.test(await metrics()),
      'the request is worked on',
    );
    leave.abort();
    await expect(request).rejects.toThrow();
    await server.until(() => server.log().some(({ requestId }) => requestId === 'left'), 'its line is there');
    expect(server.log().find(({ requestId }) => requestId === 'left')).toMatchObject({
      method: 'POST',
      path: '/predict',
      status: 499,
      code: 'CANCELLED',
      msg: 'POST /predict left by the client',
    });
    await server.stop();
  });
});
