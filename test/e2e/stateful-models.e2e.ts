import { TestServer } from './server.js';

const SERVING = 'test/fixtures/serving';
const SIGNATURES = 'get_counter, incr_counter, incr_counter_by, reset_counter';

/** Models with a variable that counts, as TensorFlow Serving tests itself with one. */
describe('a model with a state', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      models: { counter: `${SERVING}/counter`, counting: `${SERVING}/counting` },
      // Several processes and threads, in each of which a count could be another.
      env: { ENGINE: 'tensorflow', ENGINE_HOSTS: '2', ENGINE_STREAMS: '2', RATE_LIMIT: '100000' },
    });
  });
  afterAll(() => server.stop());

  const post = async (path: string, body: unknown): Promise<{ status: number; json: never }> => {
    const response = await server.postJson(path, body);
    return { status: response.status, json: (await response.json()) as never };
  };
  const counter = async (signature: string, inputs: unknown = {}): Promise<unknown> => {
    const body = { signature_name: signature, inputs };
    const { json } = await post('/v1/models/counter:predict', body);
    return (json as { outputs: number }).outputs ?? json;
  };

  it('runs what a request names, from one state, by both protocols', async () => {
    expect(await counter('get_counter')).toBe(0);
    expect(await counter('incr_counter')).toBe(1);
    expect(await counter('incr_counter_by', { delta: 2.5 })).toBe(3.5);
    expect(await counter('get_counter')).toBe(3.5);
    const { json } = await post('/models/counter/predict?signature=incr_counter', { input: {} });
    expect(json).toMatchObject({ predictions: 4.5 });
    expect(await counter('reset_counter')).toBe(0);
    expect(await counter('get_counter')).toBe(0);
  });

  it('counts every request once, however many come at a time', async () => {
    await counter('reset_counter');
    const counts = await Promise.all(Array.from({ length: 60 }, () => counter('incr_counter')));
    expect((counts as number[]).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    expect(await counter('get_counter')).toBe(60);
  });

  it('has not been run by anybody else when the first request comes', async () => {
    const count = async (): Promise<unknown> => {
      const { json } = await post('/v1/models/counting:predict', { signature_name: 'count', inputs: {} });
      return (json as { outputs: number }).outputs;
    };
    const predict = async (): Promise<unknown> => {
      const { json } = await post('/v1/models/counting:predict', { instances: [10] });
      return (json as { predictions: number[] }).predictions[0];
    };
    expect(await count()).toBe(0);
    expect(await predict()).toBe(10);
    const answers = (await Promise.all(Array.from({ length: 30 }, predict))) as number[];
    expect(answers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => 11 + index));
    expect(await count()).toBe(31);
  });

  it('says which signatures there are where none is the default', async () => {
    for (const body of [{ inputs: {} }, { instances: [1] }]) {
      const { status, json } = await post('/v1/models/counter:predict', body);
      expect(status).toBe(400);
      const { error } = json as { error: string };
      expect(error).toMatch(
        /^Serving signature name: "serving_default" not found in signature def\. It has: /,
      );
      for (const name of SIGNATURES.split(', ')) expect(error).toContain(name);
    }
    const { status, json } = await post('/models/counter/predict', { input: 1 });
    const { code, detail } = json as { code: string; detail: string };
    expect({ status, code }).toEqual({ status: 422, code: 'FIELD_INVALID' });
    expect(detail).toMatch(
      /^The model "counter" has no default signature: name one of .*get_counter.*\(\?signature=…\)\.$/,
    );
    const form = await server.postForm('/models/counter/predict', new Uint8Array([1]));
    expect(form.status).toBe(422);
  });

  it('is told as such, and what has nothing to do with its state is rewritten all the same', async () => {
    const view = (await server.model('counter')) as unknown as { signature: unknown; notes: string[] };
    expect(view.signature).toBeNull();
    expect(view.notes).toEqual([
      expect.stringMatching(/^Each request names its signature, for none is the default: /),
      expect.stringMatching(/^It has a state, which a run of .*incr_counter.* changes/),
    ]);
    const { graph } = (await server.model('counting')) as unknown as { graph: object };
    expect(graph).toEqual({
      optimised: true,
      except: {
        serving_default: expect.stringContaining('changes variables'),
        count: expect.stringMatching(
          /^Its variable "\w+" is changed by its signature serving_default \(AssignAddVariableOp, node .+\)\.$/,
        ),
      },
    });
    const plain = { signature_name: 'plain', instances: [3] };
    expect((await post('/v1/models/counting:predict', plain)).json).toEqual({ predictions: [6] });
  });
});
