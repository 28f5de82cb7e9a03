import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { readSettings } from '../config/settings.js';
import { planPreprocessing } from './plan.js';
import { PreprocessingService } from './preprocessing.service.js';
import { sharp } from '../images/sharp.js';

const service = new PreprocessingService(readSettings({}));
const oneAtATime = new PreprocessingService(readSettings({ DECODE_CONCURRENCY: '1' }));
const { signal } = new AbortController();
const plan = planPreprocessing({}, { name: 'image', dtype: 'float32', shape: [null, null, null, 3] });

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/images/${name}`, import.meta.url));

describe('decoding', () => {
  const large = sharp({ create: { width: 3000, height: 2000, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();

  it('leaves the event loop to others', async () => {
    const running = { yes: true };
    const decoding = service.toPixels(await large, plan, signal).finally(() => (running.yes = false));
    let turns = 0;
    while (running.yes) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect((await decoding).tensor.shape).toEqual([1, 2000, 3000, 3]);
    expect(turns).toBeGreaterThan(20);
  });

  it('takes as many pictures at once as the setting says, the others in the order they came', async () => {
    const order: number[] = [];
    const pictures = [await large, fixture('red.png'), fixture('blue.png')];
    await Promise.all(
      pictures.map(async (picture, index) => {
        await oneAtATime.toPixels(picture, plan, signal);
        order.push(index);
      }),
    );
    expect(order).toEqual([0, 1, 2]);
  });

  it('is refused with QUEUE_FULL where as many wait as MAX_QUEUE lets', async () => {
    const busy = new PreprocessingService(readSettings({ DECODE_CONCURRENCY: '1', MAX_QUEUE: '2' }));
    const pictures = Array.from({ length: 5 }, () => busy.toPixels(fixture('red.png'), plan, signal));
    const outcomes = await Promise.allSettled(pictures);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(pictures[4]).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfter: 1 });
  });

  it('leaves no listener on the caller’s signal', async () => {
    const caller = new AbortController();
    const pictures = ['red.png', 'truncated.png', 'text.jpg', 'red.jpg'].map(fixture);
    await Promise.allSettled(pictures.map((picture) => oneAtATime.toPixels(picture, plan, caller.signal)));
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  });
});

describe('a caller that left', () => {
  it('gets the signal’s reason, before its picture is decoded and after', async () => {
    const reason = new Error('gone');
    const caller = new AbortController();
    const running = oneAtATime.toPixels(fixture('red.png'), plan, caller.signal);
    const waiting = oneAtATime.toPixels(fixture('red.png'), plan, caller.signal);
    const encoding = oneAtATime.toEncoded(fixture('red.png'), 'jpeg', caller.signal);
    caller.abort(reason);
    for (const result of [running, waiting, encoding]) await expect(result).rejects.toBe(reason);
    await expect(oneAtATime.toPixels(fixture('red.png'), plan, caller.signal)).rejects.toBe(reason);
  });

  it('gets it although its picture is damaged', async () => {
    const reason = new Error('gone');
    const caller = new AbortController();
    const running = service.toPixels(fixture('truncated.png'), plan, caller.signal);
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it('leaves the permit to the next', async () => {
    await expect(oneAtATime.toPixels(fixture('red.png'), plan, signal)).resolves.toBeDefined();
  });
});
