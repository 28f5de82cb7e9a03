import { TestServer } from './server.js';

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
});
