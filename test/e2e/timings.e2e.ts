import { projectFile, TestServer } from './server.js';

const STAGES = ['decode', 'preprocess', 'queue', 'inference', 'answer'] as const;
type Timings = Record<`${(typeof STAGES)[number] | 'total'}Ms`, number>;

describe('the timings of a picture', () => {
  let server: TestServer;
  const answers = new Map<string, Timings>();

  beforeAll(async () => {
    server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
      env: { RATE_LIMIT: '100000' },
    });
    const pictures = await Promise.all(
      ['star', 'circle', 'heart'].map((name) => projectFile(`samples/${name}.jpg`)),
    );
    const send = async (id: string, index: number): Promise<void> => {
      const picture = pictures[index % pictures.length]!;
      const [way, headers] = [index % 2, { 'X-Request-Id': id }];
      const response =
        way === 0
          ? await server.postRaw('/predict', picture, 'image/jpeg', headers)
          : await server.postJson('/predict', { image: picture.toString('base64') }, headers);
      expect(response.status).toBe(200);
      answers.set(id, ((await response.json()) as { timings: Timings }).timings);
    };
    for (let index = 0; index < 50; index += 1) await send(`alone-${index}`, index);
    let next = 0;
    const sending = async (): Promise<void> => {
      while (next < 50) {
        const index = next++;
        await send(`together-${index}`, index);
      }
    };
    await Promise.all(Array.from({ length: 8 }, sending));
  });
  afterAll(() => server.stop());

  it('add up to the total, alone and with others', () => {
    expect(answers.size).toBe(100);
    for (const timings of answers.values()) {
      const sum = STAGES.reduce((total, stage) => total + timings[`${stage}Ms`], 0);
      expect(Math.abs(sum - timings.totalMs)).toBeLessThanOrEqual(Math.max(1, timings.totalMs * 0.05));
      for (const stage of ['decode', 'inference', 'answer'] as const)
        expect(timings[`${stage}Ms`]).toBeGreaterThan(0);
    }
  });

  it('are no more than what the client waited, and leave little of it out', async () => {
    const picture = await projectFile('samples/star.jpg');
    const rests: number[] = [];
    for (let sent = 0; sent < 15; sent += 1) {
      const began = performance.now();
      const response = await server.postRaw('/predict', picture, 'image/jpeg', {
        'X-Request-Id': `rest-${sent}`,
      });
      const { timings } = (await response.json()) as { timings: Timings };
      const waited = performance.now() - began;
      answers.set(`rest-${sent}`, timings);
      expect(timings.totalMs).toBeLessThan(waited);
      rests.push(waited - timings.totalMs);
    }
    // The way there and back; a busy machine makes some of them longer.
    expect(rests.toSorted((one, other) => one - other)[7]).toBeLessThan(25);
  });

  it('are the same numbers in the log', async () => {
    await server.until(
      () => server.log().filter(({ timings }) => timings !== undefined).length >= answers.size,
      'every line is there',
    );
    const lines = new Map(server.log().map((line) => [line.requestId, line.timings]));
    for (const [id, timings] of answers) expect(lines.get(id)).toEqual(timings);
  });

  it('add up to the same sums in the metrics', async () => {
    const metrics = await (await server.fetch('/metrics')).text();
    for (const stage of [...STAGES, 'total'] as const) {
      const sum = [...answers.values()].reduce((total, timings) => total + timings[`${stage}Ms`], 0);
      const [, told] =
        new RegExp(`^tensornest_stage_seconds_sum\\{model="shapes",stage="${stage}"\\} (.*)$`, 'm').exec(
          metrics,
        ) ?? [];
      expect(Number(told)).toBeCloseTo(sum / 1000, 6);
      expect(metrics).toMatch(
        `tensornest_stage_seconds_count{model="shapes",stage="${stage}"} ${answers.size}\n`,
      );
    }
  });
});

describe('the timings of several pictures in one request', () => {
  it('are those of each, counted from when the body was there; the request has its total', async () => {
    const server = await TestServer.start({
      models: { shapes: 'models/shapes' },
      labels: { 'shapes.json': 'file:labels/shapes.json' },
    });
    const star = await projectFile('samples/star.jpg');
    const response = await server.postForm('/predict', star, Buffer.from('no picture'), star);
    const { results, timings } = (await response.json()) as {
      results: { timings?: Timings; error?: object }[];
      timings: { totalMs: number };
    };
    expect(results.map(({ error }) => error !== undefined)).toEqual([false, true, false]);
    for (const { timings: own } of results) {
      if (!own) continue;
      const sum = STAGES.reduce((total, stage) => total + own[`${stage}Ms`], 0);
      expect(Math.abs(sum - own.totalMs)).toBeLessThanOrEqual(Math.max(1, own.totalMs * 0.05));
      expect(own.totalMs).toBeLessThanOrEqual(timings.totalMs);
    }
    await server.stop();
  });
});
