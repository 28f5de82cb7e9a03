import { fakeModel, projectFile, TestServer } from './server.js';

describe('loading models', () => {
  it('takes the highest version, by number', async () => {
    const saved = await projectFile('test/fixtures/models/half_plus_two/1/saved_model.pb');
    const old = {
      '2/saved_model.pb': 'an old one',
      '1/saved_model.pb': 'older',
      'notes/readme.txt': '',
      '010/x': '',
    };
    const server = await TestServer.start({ models: { m: { ...old, '10/saved_model.pb': saved } } });
    expect(await (await server.postJson('/predict', { input: [1] })).json()).toMatchObject({
      model: 'm',
      version: 10,
      predictions: [2.5],
    });
    await server.stop();
  });

  it('reports each model that cannot be loaded with its reason, and serves the others', async () => {
    const saved = await projectFile('test/fixtures/models/half_plus_two/1/saved_model.pb');
    const server = await TestServer.start({
      models: {
        good: 'half_plus_two',
        empty: { 'readme.txt': 'nothing here' },
        no_file: { '1/readme.txt': 'nothing here' },
        truncated: { '1/saved_model.pb': saved.subarray(0, saved.length / 2) },
        foreign: { '1/saved_model.pb': 'this is no SavedModel' },
        no_variables: { '1/saved_model.pb': await projectFile('models/shapes/1/saved_model.pb') },
        damaged_variables: {
          '1/saved_model.pb': await projectFile('models/shapes/1/saved_model.pb'),
          '1/variables/variables.index': (
            await projectFile('models/shapes/1/variables/variables.index')
          ).subarray(0, 200),
        },
        wrong_signature: 'half_plus_two',
        'bad name': fakeModel(),
      },
      yaml: { wrong_signature: 'signature: nope', no_variables: 'labels: none' },
    });
    const { models } = (await (await server.fetch('/models')).json()) as {
      models: { name: string; state: string; error?: string }[];
    };
    const reasons = Object.fromEntries(models.map(({ name, state, error }) => [name, error ?? state]));
    expect(reasons).toEqual({
      good: 'AVAILABLE',
      empty: 'There is no version in models/empty: put a SavedModel, or a Keras file, into models/empty/1.',
      no_file:
        "The version's folder has no model, but readme.txt: put saved_model.pb with its folder variables into it, or a .keras or .h5 file.",
      truncated: expect.stringMatching(/saved_model\.pb|TensorFlow cannot load it/),
      foreign: expect.stringMatching(/saved_model\.pb/),
      damaged_variables: expect.stringMatching(/^variables\/variables\.index .+\.$/),
      no_variables:
        'variables/variables.index is missing, and the model has variables: put the folder variables of its export beside saved_model.pb.',
      wrong_signature: expect.stringMatching(
        /^Expected one of the model's signatures, .* for signature but received "nope"\.$/,
      ),
      'bad name': 'A model may be named with letters, digits, ".", "_" and "-", a letter or digit first.',
    });
    for (const reason of Object.values(reasons)) expect(reason).not.toMatch(server.folder);
    expect(await (await server.postJson('/models/good/predict', { input: [1] })).json()).toMatchObject({
      predictions: [2.5],
    });
    await server.stop();
  });

  it('is not ready without a model, and says how to add one', async () => {
    const server = await TestServer.start({ untilReady: false });
    const ready = await fetch(`${server.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ details: { models: { reason: 'No model can be used.' } } });
    expect(server.lines.join('\n')).toMatch('There is no model yet. Put a SavedModel into models/<name>/1');
    const response = await server.fetch('/predict', { method: 'POST' });
    expect(response.status).toBe(404);
    await server.stop();
  });

  it('answers meanwhile: alive, not ready, 503 for the model', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      untilReady: false,
    });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const early = await server.fetch('/predict', { method: 'POST' });
    expect([400, 503]).toContain(early.status);
    await server.until(async () => (await fetch(`${server.url}/health/ready`)).ok, 'it is ready');
    await server.stop();
  });

  it('runs a model once before it serves, or once in each of its batch sizes', async () => {
    const runMs = 100; // Runs of the fake engine never overlap.
    const server = await TestServer.start({
      models: { once: fakeModel({ runMs }), sizes: fakeModel({ runMs }) },
      yaml: { sizes: 'batching: { allowedBatchSizes: [1, 2, 4, 8] }' },
      env: { ENGINE: 'fake' },
    });
    const warmUpMs = async (model: string): Promise<number> => {
      const about = (await (await server.fetch(`/models/${model}`)).json()) as { warmUpMs: number };
      return about.warmUpMs;
    };
    expect(await warmUpMs('once')).toBeGreaterThanOrEqual(runMs - 5);
    expect(await warmUpMs('sizes')).toBeGreaterThanOrEqual(4 * runMs - 5);
    await server.stop();
  });

  it('picks the only model for POST /predict, and the one called DEFAULT_MODEL among several', async () => {
    const one = await TestServer.start({ models: { only: 'half_plus_two' } });
    expect(await (await one.postJson('/predict', { input: [1] })).json()).toMatchObject({ model: 'only' });
    await one.stop();
    const two = await TestServer.start({
      models: { a: fakeModel(), b: fakeModel() },
      env: { ENGINE: 'fake', DEFAULT_MODEL: 'b' },
    });
    expect(await (await two.postJson('/predict', { input: [1] })).json()).toMatchObject({ model: 'b' });
    await two.stop();
    const neither = await TestServer.start({
      models: { a: fakeModel(), b: fakeModel() },
      env: { ENGINE: 'fake' },
    });
    expect(await (await neither.postJson('/predict', { input: [1] })).json()).toMatchObject({
      status: 404,
      code: 'MODEL_NOT_FOUND',
    });
    await neither.stop();
  });
});
