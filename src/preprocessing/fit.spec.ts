import { fit } from './fit.js';

const size = (width: number, height: number) => ({ width, height });
const area = (left: number, top: number, width: number, height: number) => ({ left, top, width, height });

describe('stretch', () => {
  it('brings both sides to the size', () => {
    expect(fit(size(400, 100), size(30, 20), 'stretch')).toEqual({
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
    expect(fit(picture, target, 'crop')).toEqual({ scaled, shown, at: { left: 0, top: 0 } });
  });
});

describe('letterbox', () => {
  it.each([
    [size(400, 300), size(224, 224), size(224, 168), { left: 0, top: 28 }],
    [size(300, 400), size(224, 224), size(168, 224), { left: 28, top: 0 }],
    [size(3, 2), size(10, 10), size(10, 6), { left: 0, top: 2 }],
    [size(10_000, 1), size(100, 100), size(100, 1), { left: 0, top: 49 }],
    [size(10, 20), size(30, 60), size(30, 60), { left: 0, top: 0 }],
  ])('%j to %j shows the whole picture in the middle', (picture, target, scaled, at) => {
    expect(fit(picture, target, 'letterbox')).toEqual({
      scaled,
      shown: area(0, 0, scaled.width, scaled.height),
      at,
    });
  });
});
