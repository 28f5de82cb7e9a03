import { afterFailure, atStart, type EndpointHealth, HEALTHY, inOrder } from './endpoint-health.js';

/** After so many failures in a row, each of a request of its own: the times at which they came. */
const failed = (...times: number[]): EndpointHealth =>
  times.reduce((health, now) => afterFailure(health, now - 1, now), HEALTHY);
const ejectionOf = (health: EndpointHealth) => health.ejectedUntil - health.ejectedAt;

describe('a server that fails', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 1_000],
    [4, 2_000],
    [5, 4_000],
    [7, 16_000],
    [8, 30_000],
    [2_000, 30_000],
  ])('%d times in a row is left alone for %d ms', (failures, ms) => {
    const times = Array.from({ length: failures }, (_, index) => index * 100_000);
    expect(ejectionOf(failed(...times))).toBe(ms);
  });

  it('is not blamed again for requests that were on their way when it was ejected', () => {
    const ejected = failed(10, 20, 30);
    expect(afterFailure(ejected, 25, 500)).toBe(ejected);
    expect(afterFailure(ejected, 1_100, 1_200)).toMatchObject({ failures: 4, ejectedUntil: 3_200 });
  });

  it('is tried by one request when its time is up, and by no other until that one has ended', () => {
    const back = failed(10, 20, 30);
    expect(inOrder([back, HEALTHY], 0, 1_030)).toEqual([0, 1]);
    const onTrial = atStart(back);
    expect(inOrder([onTrial, HEALTHY], 0, 1_031)).toEqual([1]);
    expect(inOrder([afterFailure(onTrial, 1_030, 1_040), HEALTHY], 0, 3_039)).toEqual([1]);
    expect(inOrder([afterFailure(onTrial, 1_030, 1_040), HEALTHY], 0, 3_040)).toEqual([0, 1]);
  });

  it('is not on trial before it is ejected', () => {
    expect(atStart(failed(1, 2)).onTrial).toBe(false);
  });
});

describe('the order in which servers are tried', () => {
  const [ejected, longer] = [failed(1, 2, 3), failed(1, 2, 3, 2_000)];

  it.each<[string, EndpointHealth[], number, number[]]>([
    ['begins with another each time', [HEALTHY, HEALTHY, HEALTHY], 1, [1, 2, 0]],
    ['leaves out those that are ejected', [HEALTHY, ejected, HEALTHY], 1, [2, 0]],
    ['keeps one that failed less often', [failed(1, 2), HEALTHY], 0, [0, 1]],
    ['is the one alone that comes back first where all are ejected', [longer, ejected], 0, [1]],
    ['is the only one whatever it did', [longer], 0, [0]],
  ])('%s', (_, healths, turn, order) => {
    expect(inOrder(healths, turn, 10)).toEqual(order);
  });
});
