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
});
