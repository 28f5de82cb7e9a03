import { projectFile, TestServer } from './server.js';

/** Version n answers x / 2 + n in 64 columns; version 3 is 2 and a bit. */
const MODELS = { m: 'test/fixtures/versions' };
const ENV = { MODELS_POLL_MS: '200', AUTH: 'off' };

interface Answer {
  readonly version: number;
  readonly predictions: readonly (readonly number[])[];
}

async function ask(server: TestServer, headers: Record<string, string> = {}, query = ''): Promise<Answer> {
  const response = await server.postJson(`/models/m/predict${query}`, { input: [2] }, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

async function metric(server: TestServer, name: string, labels: string): Promise<number> {
  const text = await (await server.fetch('/metrics')).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}{${labels}}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** As Keras exports them one after the other: each names its inputs otherwise. */
const KERAS = 'test/fixtures/keras-versions';
const ROWS = { keras_tensor_99: [[1, 2]], keras_tensor_100: [[3, 4]] };

describe('a canary', () => {
  it('gets its share of the callers, each of whom keeps to one version; who names a version gets that one', async () => {
    const server = await TestServer.start({
      models: MODELS,
      yaml: { m: 'versions: [1, 2]\ncanary: {version: 2, share: 0.25, header: X-User}' },
      env: { ...ENV, RATE_LIMIT: '100000' },
    });
    const versions = new Map<string, number>();
    for (let user = 0; user < 200; user++) {
      const name = `user${user}`;
      versions.set(name, (await ask(server, { 'X-User': name })).version);
    }
    const share = [...versions.values()].filter((version) => version === 2).length / versions.size;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    for (const [name, version] of [...versions].slice(0, 20))
      expect((await ask(server, { 'X-User': name })).version).toBe(version);
    expect((await ask(server, {}, '?version=2')).version).toBe(2);

    const view = (await server.model('m')) as unknown as { canary: { requests: Record<string, number> } };
    const canary = [...versions.values()].filter((version) => version === 2).length;
    expect(view).toMatchObject({ version: 1, canary: { version: 2, share: 0.25 } });
    expect(view.canary.requests.canary).toBeGreaterThanOrEqual(canary);
    expect((view.canary.requests.default ?? 0) + (view.canary.requests.canary ?? 0)).toBe(220);
    expect(
      await metric(server, 'tensornest_model_requests_total', 'model="m",version="2",route="canary"'),
    ).toBe(view.canary.requests.canary);
    expect(
      await metric(server, 'tensornest_model_requests_total', 'model="m",version="2",route="version"'),
    ).toBe(1);

    await server.putYaml('m', 'versions: [1, 2]\ncanary: {version: 2, share: 1, header: X-User}');
    await server.until(
      async () => (await ask(server, { 'X-User': 'user0' })).version === 2,
      'all are given to it',
    );
    await server.putYaml('m', 'versions: [1, 2]');
    await server.until(async () => !('canary' in (await server.model('m'))), 'it is no canary any more');
    expect((await ask(server)).version).toBe(2);
    await server.stop();
  });

  it('is asked, and answers, by the names of the version that its callers know', async () => {
    const server = await TestServer.start({
      models: { two: `${KERAS}/two` },
      yaml: { two: 'versions: [1, 2]\ncanary: {version: 2, share: 0}' },
      env: ENV,
    });
    const answerOf = async (path: string): Promise<unknown> => {
      const response = await server.postJson(path, { inputs: ROWS });
      return { status: response.status, ...((await response.json()) as object) };
    };
    const [before, served] = [
      await answerOf('/models/two/predict'),
      await answerOf('/v1/models/two:predict'),
    ];
    expect(before).toMatchObject({ status: 200, version: 1 });
    await server.putYaml('two', 'versions: [1, 2]\ncanary: {version: 2, share: 1}');
    const names = { keras_tensor_99: 'keras_tensor_105', keras_tensor_100: 'keras_tensor_106' };
    const canary = { version: 2, share: 1, names };
    await server.until(
      async () => JSON.stringify(await server.model('two')).includes('"share":1,'),
      'all are given to it',
    );
    expect(await server.model('two')).toMatchObject({ version: 1, canary });
    const { predictions } = before as { predictions: unknown };
    expect(await answerOf('/models/two/predict')).toMatchObject({ status: 200, version: 2, predictions });
    expect(await answerOf('/v1/models/two:predict')).toEqual(served);
    expect(await answerOf('/models/two/predict?version=2')).toMatchObject({ status: 422 });
    await server.stop();
  });

  it('sends nobody to a version that cannot be used', async () => {
    const server = await TestServer.start({
      models: MODELS,
      yaml: { m: 'versions: [1, 9]\ncanary: {version: 9, share: 1}' },
      env: ENV,
    });
    expect((await ask(server)).version).toBe(1);
    await server.stop();
  });
});

describe('a shadow', () => {
  it.each([
    [3, 0.001, 'equal'],
    [3, 0.00001, 'different'],
    [4, 0.001, 'different'],
  ])(
    'version %d with the tolerance %d is compared and found %s, while callers see the other',
    async (version, tolerance, outcome) => {
      const server = await TestServer.start({
        models: MODELS,
        yaml: {
          m: `versions: [2, ${version}]\nshadow: {version: ${version}, share: 1, tolerance: ${tolerance}}`,
        },
        env: ENV,
      });
      for (let request = 0; request < 5; request++) {
        const answer = await ask(server);
        expect(answer).toMatchObject({ version: 2 });
        expect(new Set(answer.predictions[0])).toEqual(new Set([3]));
      }
      const compared = async (): Promise<Record<string, number>> =>
        ((await server.model('m')) as unknown as { shadow: { outcomes: Record<string, number> } }).shadow
          .outcomes;
      await server.until(async () => (await compared())[outcome] === 5, 'all five are compared');
      expect(await server.model('m')).toMatchObject({
        shadow: {
          version,
          share: 1,
          largestDifference: expect.closeTo(version === 3 ? 0.0002 / 3 : 2 / 3, 5) as number,
        },
      });
      expect(
        await metric(
          server,
          'tensornest_shadow_requests_total',
          `model="m",version="${version}",outcome="${outcome}"`,
        ),
      ).toBe(5);
      await ask(server, {}, `?version=2`); // Who names a version is not copied.
      expect(Object.values(await compared()).reduce((sum, count) => sum + count, 0)).toBe(5);
      await server.stop();
    },
  );

  it.each([
    ['equal', 2, '1', undefined],
    ['equal', 2, '2', undefined],
    ['different', 3, '1', 'The output "output_0" is off by more than the tolerance, 0.001.'],
    [
      'failed',
      4,
      '1',
      'Version 4 has no input for version 1\'s "keras_tensor" (float32 [?, 16, 16, 3]); ' +
        'it has "keras_tensor_15" (float32 [?, 24, 24, 3]).',
    ],
  ])(
    'of pictures whose input has another name is %s: version %d, %s HTTP workers; and says why',
    async (outcome, version, workers, reason) => {
      const server = await TestServer.start({
        models: { m: `${KERAS}/pictures` },
        yaml: { m: `versions: [1, ${version}]\nshadow: {version: ${version}, share: 1}` },
        labels: { 'm.json': '["a", "b", "c"]' },
        env: { ...ENV, HTTP_WORKERS: workers },
      });
      const star = await projectFile('samples/star.jpg');
      for (let request = 1; request <= 3; request++) {
        const response = await server.postForm('/models/m/predict', star);
        expect(await response.json()).toMatchObject({ version: 1, prediction: expect.any(String) as string });
        const labels = `model="m",version="${version}",outcome="${outcome}"`;
        await server.until(
          async () => (await metric(server, 'tensornest_shadow_requests_total', labels)) === request,
          `it is ${outcome}`,
        );
      }
      const told = server.log().filter(({ msg }) => String(msg).includes(' as shadow: '));
      expect(told.map(({ msg }) => msg)).toEqual(
        reason === undefined ? [] : [`Answers of m, version ${version} as shadow: ${outcome}. ${reason}`],
      );
      const reasons = reason === undefined ? [] : [{ outcome, reason, count: 3 }];
      const { shadow } = (await server.model('m')) as unknown as { shadow: { reasons?: unknown } };
      expect(shadow.reasons ?? []).toEqual(reasons);
      await server.stop();
    },
  );

  it('of several numbered inputs gives each its own', async () => {
    const server = await TestServer.start({
      models: { m: `${KERAS}/two` },
      yaml: { m: 'versions: [1, 2]\nshadow: {version: 2, share: 1}' },
      env: ENV,
    });
    expect(await (await server.postJson('/models/m/predict', { inputs: ROWS })).json()).toMatchObject({
      version: 1,
    });
    await server.until(
      async () => JSON.stringify(await server.model('m')).includes('"equal":1'),
      'it is equal',
    );
    await server.stop();
  });
});
