import { stretch } from './fits/stretch.js';
import { noise } from './noise.fixture.js';
import { RESAMPLINGS } from './preprocessing-config.js';
import { resampleBy } from './resamplers.js';

describe.each(RESAMPLINGS.filter((one) => one !== 'fast'))('%s', (resampling) => {
  it.each([
    [45, 30],
    [203, 150],
    [45, 150],
  ])('gives of a part of %d×%d what it gives of the whole', async (width, height) => {
    const picture = noise(101, 67, 3);
    const shown = { left: 7, top: 3, width: 21, height: 17 };
    for (const antialias of [true, false]) {
      const all = stretch(picture, { width, height });
      const how = { antialias, pillow: 12, pad: [0, 0, 0] } as const;
      const whole = await resampleBy(resampling, picture, all, how);
      const part = await resampleBy(resampling, picture, { ...all, shown }, how);
      const rows = Array.from({ length: shown.height }, (_, y) => {
        const from = ((y + shown.top) * width + shown.left) * 3;
        return [...whole.data.subarray(from, from + shown.width * 3)];
      });
      expect([...part.data]).toEqual(rows.flat());
    }
  });
});
