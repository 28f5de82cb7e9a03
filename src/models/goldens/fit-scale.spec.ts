import { normalisePixels } from '../../engine/normalise.js';
import type { ColourOrder, CustomScale, ScalePreset } from '../../preprocessing/preprocessing-config.js';
import { arithmetic } from '../../preprocessing/scale.js';
import { fitScale, sayScale } from './fit-scale.js';
import type { Planes } from './planes.js';

const SIZE = { width: 16, height: 12, channels: 3 };

/** A picture in which every channel is another. */
function picture(shift = 0): Planes {
  const data = Uint8Array.from(
    { length: SIZE.width * SIZE.height * SIZE.channels },
    (_, index) => (index * (index % 3 === 0 ? 7 : index % 3 === 1 ? 13 : 29) + shift) % 256,
  );
  return { ...SIZE, data };
}

function scaled(pixels: Planes, scale: ScalePreset | CustomScale, colour: ColourOrder): Planes {
  const order = colour === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const tensor = normalisePixels(
    { dtype: 'uint8', shape: [SIZE.height, SIZE.width, 3], data: pixels.data as Uint8Array },
    { dtype: 'float32', layout: 'nhwc', order, ...arithmetic(scale, colour, 3) },
  );
  return { ...SIZE, data: tensor.data as Float32Array };
}

describe('how an input was scaled', () => {
  it.each<[ScalePreset, ColourOrder]>([
    ['raw', 'rgb'],
    ['unit', 'rgb'],
    ['tf', 'rgb'],
    ['torch', 'rgb'],
    ['caffe', 'bgr'],
    ['tf', 'bgr'],
    ['caffe', 'rgb'],
  ])('is told by the pixels: %s, %s', (scale, colour) => {
    const fitted = fitScale(picture(), scaled(picture(), scale, colour));
    expect(sayScale(fitted)).toEqual({ scale, colour });
    expect(fitted.distance.worst).toBeLessThan(1e-3);
  });

  it('is told in numbers where it has no name', () => {
    const fitted = fitScale(picture(), scaled(picture(), { mean: [10, 20, 30], std: 50 }, 'rgb'));
    expect(sayScale(fitted)).toEqual({ scale: { mean: [10, 20, 30], std: [50, 50, 50] }, colour: 'rgb' });
  });

  it('leaves a residue where the pixels are others', () => {
    const pixels = picture();
    const others = {
      ...SIZE,
      data: Uint8Array.from(pixels.data, (value, index) => (index % 5 === 0 ? 255 - value : value)),
    };
    expect(fitScale(pixels, scaled(others, 'tf', 'rgb')).distance.mean).toBeGreaterThan(10);
  });

  it('has no line where everything is one colour', () => {
    const flat = { ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 3).fill(100) };
    const fitted = fitScale(flat, scaled(flat, 'tf', 'rgb'));
    expect(fitted.distance.worst).toBe(0);
    expect(fitted.lines.every(({ gain, level }) => gain === 0 && level === 100)).toBe(true);
  });
});
