import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { readSettings } from '../config/settings.js';
import { callWith } from './call.fixture.js';
import { manyScansJpeg } from './hostile-pictures.fixture.js';
import { type PictureWork, workHere } from './picture-work.js';
import type { PictureWorkers } from './picture-workers.js';
import { planPreprocessing } from './plan.js';
import { PreprocessingService } from './preprocessing.service.js';
import { sharp } from '../images/sharp.js';

const service = new PreprocessingService(readSettings({}), workHere);
const oneAtATime = new PreprocessingService(readSettings({ DECODE_CONCURRENCY: '1' }), workHere);
const call = callWith();
const plan = planPreprocessing({}, { name: 'image', dtype: 'float32', shape: [null, null, null, 3] });

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/images/${name}`, import.meta.url));

describe('decoding', () => {
  const large = sharp({ create: { width: 3000, height: 2000, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();

  it('leaves the event loop to others', async () => {
    // As it is built: a thread's program is JavaScript.
    const built = new URL('../../dist/preprocessing/picture-threads.js', import.meta.url).href;
    const { PictureThreads } = (await import(built)) as typeof import('./picture-threads.js');
    const threads = new PictureThreads(1);
    const threaded = new PreprocessingService(readSettings({}), threads);
    const picture = await large;
    const running = { yes: true };
    const decoding = threaded.toPixels(picture, plan, call).finally(() => (running.yes = false));
    let turns = 0;
    while (running.yes) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect((await decoding).tensor.shape).toEqual([1, 2000, 3000, 3]);
    expect(turns).toBeGreaterThan(20);
    await threads.close();
  });

  it('takes as many pictures at once as the setting says, the others in the order they came', async () => {
    const order: number[] = [];
    const pictures = [await large, fixture('red.png'), fixture('blue.png')];
    await Promise.all(
      pictures.map(async (picture, index) => {
        await oneAtATime.toPixels(picture, plan, call);
        order.push(index);
      }),
    );
    expect(order).toEqual([0, 1, 2]);
  });

  it.each([
    ['thread', 'threads', 'PictureThreads'],
    ['process', 'processes', 'PictureProcesses'],
  ])('is given up with its %s when it takes too long, and goes on in another', async (_, file, name) => {
    const built = new URL(`../../dist/preprocessing/picture-${file}.js`, import.meta.url).href;
    const exported = (await import(built)) as Record<string, new () => PictureWorkers>;
    const workers = new exported[name]!();
    const limits = { ...readSettings({}), decodeTimeoutMs: 1 };
    for (const endless of [
      workers.toPixels(await large, plan, limits),
      workers.toEncoded(await large, true, limits),
    ])
      await expect(endless).rejects.toMatchObject({
        code: 'IMAGE_TOO_LARGE',
        message: expect.stringMatching(/^The picture takes longer than 0.001 s to decode. /),
      });
    const { width, height } = await workers.toPixels(await large, plan, readSettings({}));
    expect([width, height]).toEqual([3000, 2000]);
    await workers.close();
  });

  it('of a large picture waits for none that is quick, nor the other way round', async () => {
    const gate = { open: (): void => {} };
    const shut = new Promise<void>((resolve) => (gate.open = resolve));
    const begun: number[] = [];
    const stuck: PictureWork = {
      ...workHere,
      toPixels: async (picture, ...rest) => {
        begun.push(picture.length);
        await shut;
        return workHere.toPixels(picture, ...rest);
      },
    };
    const apart = new PreprocessingService(
      readSettings({ DECODE_CONCURRENCY: '1', MAX_DECODE_BYTES: '200000000' }),
      workHere,
      stuck,
    );
    const slow = manyScansJpeg(2400, 2400, 3);
    const waiting = [slow, slow].map((picture) => apart.toPixels(picture, plan, call));
    const { tensor } = await apart.toPixels(fixture('red.png'), plan, call);
    expect(tensor.shape).toEqual([1, 8, 8, 3]);
    expect(begun).toEqual([slow.length]); // One at a time: as many as of the quick ones.
    gate.open();
    await Promise.all(waiting);
    expect(begun).toEqual([slow.length, slow.length]);
  });

  it('leaves no listener on the caller’s signal', async () => {
    const caller = new AbortController();
    const pictures = ['red.png', 'truncated.png', 'text.jpg', 'red.jpg'].map(fixture);
    await Promise.allSettled(
      pictures.map((picture) => oneAtATime.toPixels(picture, plan, callWith(caller.signal))),
    );
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});

describe('a caller that left', () => {
  it('gets the signal’s reason, before its picture is decoded and after', async () => {
    const reason = new Error('gone');
    const caller = new AbortController();
    const running = oneAtATime.toPixels(fixture('red.png'), plan, callWith(caller.signal));
    const waiting = oneAtATime.toPixels(fixture('red.png'), plan, callWith(caller.signal));
    const encoding = oneAtATime.toEncoded(fixture('red.png'), 'jpeg', callWith(caller.signal));
    caller.abort(reason);
    for (const result of [running, waiting, encoding]) await expect(result).rejects.toBe(reason);
    await expect(oneAtATime.toPixels(fixture('red.png'), plan, callWith(caller.signal))).rejects.toBe(reason);
  });

  it('gets it although its picture is damaged', async () => {
    const reason = new Error('gone');
    const caller = new AbortController();
    const running = service.toPixels(fixture('truncated.png'), plan, callWith(caller.signal));
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it('leaves the permit to the next', async () => {
    await expect(oneAtATime.toPixels(fixture('red.png'), plan, call)).resolves.toBeDefined();
  });
});
