import { fit } from './fit.js';

const size = (width: number, height: number) => ({ width, height });
const area = (left: number, top: number, width: number, height: number) => ({ left, top, width, height });

describe('stretch', () => {
  it('brings both sides to the size', () => {
    expect(fit(size(400, 100), size(30, 20), { resize: 'stretch', shortSide: null })).toEqual({
      scaled: size(30, 20),
      shown: area(0, 0, 30, 20),
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
    expect(fit(picture, target, { resize: 'crop', shortSide: null })).toEqual({
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
    expect(fit(picture, target, { resize: 'crop', shortSide })).toEqual({
      scaled,
      shown,
    });
  });
});

describe('letterbox', () => {
  it.each([
    [size(400, 300), size(224, 224), size(224, 168)],
    [size(300, 400), size(224, 224), size(168, 224)],
    [size(3, 2), size(10, 10), size(10, 6)],
    [size(10_000, 1), size(100, 100), size(100, 1)],
    [size(10, 20), size(30, 60), size(30, 60)],
  ])('%j to %j shows the whole picture in the middle', (picture, target, scaled) => {
    expect(fit(picture, target, { resize: 'letterbox', shortSide: null })).toEqual({
      scaled,
      shown: area(0, 0, scaled.width, scaled.height),
    });
  });
});
