import { readdir, readFile } from 'node:fs/promises';
import { NICENESS } from '../../src/lower-priority.js';
import { sharp } from '../../src/images/sharp.js';
import { processesOf } from './processes.js';
import { TestServer } from './server.js';

/** Takes pictures, of any size, and answers at once. */
function pictureModel(height: number | null, width: number | null): Record<string, string> {
  const image = { name: 'image', dtype: 'float32', shape: [null, height, width, 3] };
  const scores = { name: 'scores', dtype: 'float32', shape: [null, 3] };
  return {
    '1/fake.json': JSON.stringify({
      signatures: { serving_default: { inputs: [image], outputs: [scores] } },
    }),
  };
}

/** Noise: as hard to decode as a picture of its size can be. */
function noise(width: number, height: number) {
  const noisy = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, background: 'black', noise: noisy } });
}

const env = { ENGINE: 'fake', RATE_LIMIT: '100000' };

/** Asks /health/live again and again until `done`. @returns how long each answer took, in ms */
async function askUntil(server: TestServer, done: { yes: boolean }): Promise<number[]> {
  const took: number[] = [];
  while (!done.yes) {
    const asked = performance.now();
    const { status } = await server.fetch('/health/live');
    expect(status).toBe(200);
    took.push(performance.now() - asked);
  }
  return took;
}

describe('the server answers', () => {
  it.each(['nearest', 'lanczos'])('while it works on a large picture: %s', async (resampling) => {
    const server = await TestServer.start({
      models: { large: pictureModel(1500, 1500) },
      yaml: { large: `labels: none\npreprocessing: { resampling: ${resampling} }` },
      env,
    });
    const picture = await noise(3000, 2500).jpeg().toBuffer();
    const done = { yes: false };
    const started = performance.now();
    const predicted = server.postRaw('/models/large/predict', picture, 'image/jpeg').finally(() => {
      done.yes = true;
    });
    const asked = askUntil(server, done);
    expect((await predicted).status).toBe(200);
    const ms = performance.now() - started;
    // One that decodes or resamples where it answers would be silent for most of that time.
    expect(Math.max(...(await asked))).toBeLessThan(ms / 2);
    await server.stop();
  });

  it('while 16 callers send it pictures without a pause', async () => {
    const server = await TestServer.start({
      models: { small: pictureModel(224, 224) },
      yaml: { small: 'labels: none' },
      env,
    });
    const picture = await noise(640, 480).jpeg({ quality: 75 }).toBuffer();
    const done = { yes: false };
    let answered = 0;
    const callers = Array.from({ length: 16 }, async () => {
      while (!done.yes) {
        const { status } = await server.postRaw('/models/small/predict', picture, 'image/jpeg');
        expect(status).toBe(200);
        answered += 1;
      }
    });
    const asked = askUntil(server, done);
    await server.until(() => answered >= 100, 'so many pictures are answered');
    done.yes = true;
    await Promise.all(callers);
    const took = (await asked).toSorted((a, b) => a - b);
    // How late it is on a machine of its own is for the benchmark to say; here others take the cores as well.
    expect(took[took.length >> 1]).toBeLessThan(1000);
    await server.stop();
  });

  it('goes before the work: the threads that decode, and the engine, give way to the one that answers', async () => {
    const server = await TestServer.start({
      models: { small: pictureModel(224, 224) },
      yaml: { small: 'labels: none' },
      env,
    });
    const own = server.process.pid!;
    const [engine] = (await processesOf(server)).engines;
    await server.until(
      async () => [...(await nicenessOf(own)).values()].includes(NICENESS.pictures),
      'threads that decode give way',
    );
    expect((await nicenessOf(own)).get(own)).toBe(0);
    await server.until(
      async () => (await nicenessOf(engine!)).get(engine!) === NICENESS.engine,
      'the engine gives way',
    );
    await server.stop();
  });
});

/** How nice each thread of a process is (proc_pid_stat(5), the 19th field). */
async function nicenessOf(pid: number): Promise<Map<number, number>> {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  );
  // After the name, which is in brackets and may hold anything, comes the third field.
  const nice = stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
  return new Map(threads.map((thread, at) => [Number(thread), nice[at]!]));
}
