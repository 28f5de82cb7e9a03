import { doublingAxis, linearAxis, logarithmicAxis } from './axis.js';

describe('an axis', () => {
  it.each([
    [0.7, [0, 0.2, 0.4, 0.6, 0.8]],
    [9, [0, 2, 4, 6, 8, 10]],
    [212, [0, 50, 100, 150, 200, 250]],
    [1187, [0, 250, 500, 750, 1000, 1250]],
  ])('from 0 to at least %d has the ticks %j', (most, ticks) => {
    expect(linearAxis(most).ticks).toEqual(ticks);
    expect(linearAxis(most).position(ticks.at(-1)!)).toBeCloseTo(1);
  });

  it.each([
    [1.4, 92, [1, 2, 5, 10, 20, 50, 100]],
    [0.3, 0.3, [0.2, 0.5]],
    [5, 5, [5, 10]],
    [100, 200, [100, 200]],
  ])('of equal factors, from %d to %d, has the ticks %j', (least, most, ticks) => {
    const axis = logarithmicAxis(least, most);
    expect(axis.ticks).toEqual(ticks);
    for (const value of [least, most]) {
      expect(axis.position(value)).toBeGreaterThanOrEqual(0);
      expect(axis.position(value)).toBeLessThanOrEqual(1);
    }
  });

  it('of batch sizes has them at equal lengths', () => {
    const { position } = doublingAxis([1, 2, 4, 8]);
    expect(position(8) - position(4)).toBeCloseTo(position(2) - position(1));
  });
});
