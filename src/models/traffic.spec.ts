import { type Caller, defaultVersion, isWithin, pointOf } from './traffic.js';

const caller = (keyId?: string, headers: Record<string, string> = {}): Caller => ({
  keyId,
  header: (name) => headers[name],
});

describe('the version of a request that names none', () => {
  it.each([
    [[3, 2, 1], [], 3],
    [[3, 2, 1], [3], 2],
    [[3, 2, 1], [3, 2], 1],
    [[3], [3], 3],
    [[], [], undefined],
    [[2, 1], [undefined, 7], 2],
  ])('is of %j, aside from %j, %j', (serving, aside, version) => {
    expect(defaultVersion(serving, aside)).toBe(version);
  });
});

describe("a caller's place", () => {
  it('is the same at each request, by the API key', () => {
    const first = pointOf('shapes', caller('key1'), { header: undefined });
    expect(pointOf('shapes', caller('key1'), { header: undefined })).toBe(first);
    expect(pointOf('shapes', caller('key2'), { header: undefined })).not.toBe(first);
  });

  it('is another for another model: not always the same callers try what is new', () => {
    const point = (model: string): number => pointOf(model, caller('key1'), { header: undefined });
    expect(point('shapes')).not.toBe(point('flowers'));
  });

  it('goes by the header, where there is one, and by the key where the request has none', () => {
    const how = { header: 'x-user' };
    const user = pointOf('shapes', caller('key1', { 'x-user': 'ada' }), how);
    expect(pointOf('shapes', caller('key2', { 'x-user': 'ada' }), how)).toBe(user);
    expect(pointOf('shapes', caller('key1'), how)).toBe(
      pointOf('shapes', caller('key1'), { header: undefined }),
    );
  });

  it.each([0.01, 0.1, 0.5, 0.9])('gives a share of %d about that part of many callers', (share) => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      pointOf('shapes', caller(`key${index}`), { header: undefined }),
    );
    const part = many.filter((point) => isWithin(share, point)).length / many.length;
    expect(Math.abs(part - share)).toBeLessThan(0.015);
  });

  it('is within a share of 1 for everybody, and of 0 for nobody', () => {
    for (const keyId of ['a', 'b', undefined]) {
      const point = pointOf('shapes', caller(keyId), { header: undefined });
      expect([isWithin(1, point), isWithin(0, point)]).toEqual([true, false]);
    }
  });
});
