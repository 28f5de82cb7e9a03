import { fit } from './fit.js';
import type { Area } from './fits/area.js';
import {
  CROP,
  DRAWN,
  IMAGE_OPS_FIT,
  IMAGE_OPS_PAD,
  KERAS_CROP,
  KERAS_PAD,
  LETTERBOX,
  LOAD_IMG,
} from './fits/fits.fixture.js';
import type { Resampling, Resize } from './preprocessing-config.js';

const size = (width: number, height: number) => ({ width, height });
const area = (left: number, top: number, width: number, height: number) => ({ left, top, width, height });

describe('stretch', () => {
  it('brings both sides to the size', () => {
    expect(
      fit(size(400, 100), size(30, 20), { resize: 'stretch', shortSide: null, resampling: 'bilinear' }),
    ).toEqual({
      source: area(0, 0, 400, 100),
      scaled: size(30, 20),
      shown: area(0, 0, 30, 20),
      at: { left: 0, top: 0 },
    });
  });
});

describe('crop', () => {
  it.each([
    [size(400, 300), size(224, 224), size(298, 224), area(37, 0, 224, 224)],
    [size(300, 400), size(224, 224), size(224, 298), area(0, 37, 224, 224)],
    // A margin of 1 and of 3 on both sides together: half of it to the even neighbour.
    [size(5, 4), size(4, 4), size(5, 4), area(0, 0, 4, 4)],
    [size(7, 4), size(4, 4), size(7, 4), area(2, 0, 4, 4)],
    [size(100, 100), size(50, 20), size(50, 50), area(0, 15, 50, 20)],
    [size(20, 10), size(40, 40), size(80, 40), area(20, 0, 40, 40)],
  ])('%j to %j scales the short side to the size and keeps the centre', (picture, target, scaled, shown) => {
    expect(fit(picture, target, { resize: 'crop', shortSide: null, resampling: 'bilinear' })).toMatchObject({
      scaled,
      shown,
    });
  });
});

describe('crop with a short side of its own', () => {
  it.each([
    // torchvision's Resize(256) and CenterCrop(224).
    [size(400, 300), 256, size(224, 224), size(341, 256), area(58, 16, 224, 224)],
    [size(300, 400), 256, size(224, 224), size(256, 341), area(16, 58, 224, 224)],
    [size(500, 333), 256, size(224, 224), size(384, 256), area(80, 16, 224, 224)],
    [size(100, 100), 232, size(224, 200), size(232, 232), area(4, 16, 224, 200)],
  ])('%j with %d to %j', (picture, shortSide, target, scaled, shown) => {
    expect(fit(picture, target, { resize: 'crop', shortSide, resampling: 'bilinear' })).toMatchObject({
      scaled,
      shown,
    });
  });
});

const list = ({ left, top, width, height }: Area) => [left, top, width, height];
const isNothing = (numbers: readonly number[]) => numbers.every((number) => number === 0);

describe('of 2,000 drawn sizes each is', () => {
  const fits = (resize: Resize, resampling: Resampling = 'bilinear') =>
    DRAWN.map(({ picture, target }) => fit(picture, target, { resize, shortSide: null, resampling }));

  it('cropped as by torchvision', () => {
    const ours = DRAWN.map(({ picture, target }, index) => {
      const [shortSide = 0] = CROP[index]!;
      const { scaled, shown } = fit(picture, target, { resize: 'crop', shortSide, resampling: 'bilinear' });
      expect(size(shown.width, shown.height)).toEqual(target);
      return [shortSide, scaled.width, scaled.height, shown.left, shown.top];
    });
    expect(ours).toEqual(CROP);
  });

  it('letterboxed as by tf.image.resize_with_pad, which refuses a side of 0', () => {
    const ours = fits('letterbox').map(({ shown, at }, index) => {
      const isRefused = isNothing(LETTERBOX[index]!) && Math.min(shown.width, shown.height) === 1;
      return isRefused ? LETTERBOX[index] : list({ ...shown, ...at });
    });
    expect(ours).toEqual(LETTERBOX);
  });

  it('cropped as by crop_to_aspect_ratio of Keras', () => {
    const ours = fits('keras-crop', 'tensorflow.bilinear').map(({ source }) => list(source));
    expect(ours).toEqual(KERAS_CROP);
  });

  it('cropped as by load_img of Keras with keep_aspect_ratio, which refuses a side of 0', () => {
    const ours = fits('keras-crop').map(({ source }, index) => {
      const [, , width = 0, height = 0] = LOAD_IMG[index]!;
      const isRefused = width * height === 0 && Math.min(source.width, source.height) === 1;
      return isRefused ? LOAD_IMG[index] : list(source);
    });
    expect(ours).toEqual(LOAD_IMG);
  });

  it('padded as by pad_to_aspect_ratio of Keras', () => {
    const ours = fits('keras-pad', 'tensorflow.bilinear').map(({ source }, index) =>
      isNothing(KERAS_PAD[index]!)
        ? KERAS_PAD[index]
        : [0 - source.left, 0 - source.top, source.width, source.height],
    );
    expect(ours).toEqual(KERAS_PAD);
    expect(KERAS_PAD.filter((one) => !isNothing(one)).length).toBeGreaterThan(1500);
  });

  it('cropped as by ImageOps.fit', () => {
    // Pillow subtracts in float32.
    const theirs = IMAGE_OPS_FIT.map(([left = 0, top = 0, right = 0, bottom = 0]) => [
      left,
      top,
      Math.fround(right - left),
      Math.fround(bottom - top),
    ]);
    expect(fits('fit').map(({ source }) => list(source))).toEqual(theirs);
  });

  it('padded as by ImageOps.pad', () => {
    const ours = fits('pad').map(({ shown, at }) =>
      shown.width * shown.height === 0 ? [0, 0, 0, 0] : list({ ...shown, ...at }),
    );
    expect(ours).toEqual(IMAGE_OPS_PAD);
  });
});

describe('letterbox', () => {
  it.each([
    [size(400, 300), size(224, 224), area(0, 28, 224, 168)],
    [size(300, 400), size(224, 224), area(28, 0, 168, 224)],
    [size(3, 2), size(10, 10), area(0, 1, 10, 6)],
    [size(33, 31), size(32, 32), area(0, 0, 32, 30)],
    [size(61, 20), size(32, 32), area(0, 10, 32, 10)],
    [size(20, 61), size(32, 32), area(10, 0, 10, 32)],
    [size(1, 5), size(32, 32), area(12, 0, 6, 32)],
    [size(10_000, 1), size(100, 100), area(0, 49, 100, 1)],
    [size(10, 20), size(30, 60), area(0, 0, 30, 60)],
  ])('%j to %j lays the whole picture at %j', (picture, target, where) => {
    const { scaled, shown, at } = fit(picture, target, {
      resize: 'letterbox',
      shortSide: null,
      resampling: 'bilinear',
    });
    expect(list({ ...shown, ...at })).toEqual(list(where));
    expect(shown).toEqual(area(0, 0, scaled.width, scaled.height));
  });
});
