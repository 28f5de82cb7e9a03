import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TestServer } from '../e2e/server.js';
import { FORMS, madeApplications, modelsFolder } from './applications.js';
import { difference } from './difference.js';

const TOLERANCE = 1e-4;

const applications = madeApplications();

// Where they were not made, these are reported as skipped; CI makes them and says so.
const withApplications = applications.length > 0 || process.env.CI ? describe : describe.skip;

withApplications('the networks of scripts/models/applications.sh', () => {
  it('are all there', () => {
    expect(new Set(applications.map(({ tensorflow }) => tensorflow)).size).toBe(3);
    expect(applications.length).toBeGreaterThanOrEqual(13);
  });

  for (const engine of ['tensorflow', 'wasm']) {
    for (const application of applications) {
      describe(`${application.name} by TensorFlow ${application.tensorflow}, run by ${engine}`, () => {
        let folder: string;
        let server: TestServer;

        beforeAll(async () => {
          folder = await modelsFolder(application, FORMS);
          server = await TestServer.start({
            env: {
              ENGINE: engine,
              MODELS_DIR: folder,
              // In the server's own folder: nothing is left of it, and nothing is taken from other runs.
              TENSORNEST_CACHE_DIR: 'cache',
              AUTH: 'off',
              RATE_LIMIT: '1000000',
            },
            untilReady: false,
          });
          const settled = async (): Promise<boolean> => {
            const { models } = (await (await server.fetch('/models')).json()) as {
              models: { state: string }[];
            };
            return models.every(({ state }) => state === 'AVAILABLE' || state === 'END');
          };
          await server.until(settled, 'it has loaded all models', 240_000);
        }, 300_000);
        afterAll(async () => {
          await server.stop();
          await rm(folder, { recursive: true });
        });

        it('shares runs among requests in every form', async () => {
          const { models } = (await (await server.fetch('/models')).json()) as { models: object[] };
          expect(models.length).toBe(FORMS.length);
          for (const model of models)
            expect(model).toMatchObject({ state: 'AVAILABLE', batching: { joined: true } });
        });

        it.each(FORMS)('answers the logits that Keras answers: %s', async (form) => {
          for (const [file, logits] of Object.entries(application.pictures)) {
            const picture = await readFile(join(application.folder, file));
            const response = await server.postForm(`/models/${form}/predict?topK=1000`, picture);
            const answer = (await response.json()) as { top: { index: number; score: number }[] };
            expect([response.status, answer]).toEqual([
              200,
              expect.objectContaining({ top: expect.any(Array) }),
            ]);
            const got = answer.top.toSorted((a, b) => a.index - b.index).map(({ score }) => score);
            expect([file, difference(got, logits, TOLERANCE)]).toEqual([file, null]);
            expect(answer.top[0]!.index).toBe(logits.indexOf(Math.max(...logits)));
          }
        });

        it.each(FORMS)('tells by its head whether it scales pixels itself: %s', async (form) => {
          const { signatures } = (await (await server.fetch(`/models/${form}`)).json()) as {
            signatures: Record<string, { inputs: { takes?: string }[] }>;
          };
          const told = signatures['serving_default']!.inputs.map(({ takes }) => takes);
          expect(told).toEqual([application.scale === 'raw' ? 'raw' : undefined]);
        });

        it.each(FORMS)('is optimised: %s', async (form) => {
          const view = (await (await server.fetch(`/models/${form}`)).json()) as Record<string, unknown>;
          const { state, error, graph } = view;
          expect({ state, error, graph }).toEqual({ state: 'AVAILABLE', graph: { optimised: true } });
        });
      });
    }
  }
});
