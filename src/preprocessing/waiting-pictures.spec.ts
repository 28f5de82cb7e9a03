import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { readSettings } from '../config/settings.js';
import { callWith } from './call.fixture.js';
import { planPreprocessing } from './plan.js';
import { workHere } from './picture-work.js';
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
