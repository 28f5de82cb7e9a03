import { RequestWindows } from './request-windows.js';

const MINUTE = 60_000;

describe('RequestWindows', () => {
  it.each([
    { title: 'the first request opens a window', at: [0], used: 1, seconds: 60 },
    { title: 'the next ones are counted in it', at: [0, 1000, 1001], used: 3, seconds: 59 },
    { title: 'part of a second counts as one', at: [0, 59_999], used: 2, seconds: 1 },
    { title: 'a window ends after its time', at: [0, 0, 60_000], used: 1, seconds: 60 },
    { title: 'a window begins when its caller does', at: [0, 90_000, 149_999], used: 2, seconds: 1 },
  ])('$title', ({ at, used, seconds }) => {
    const windows = new RequestWindows(MINUTE);
    expect(at.map((now) => windows.count('a', now)).at(-1)).toEqual({ used, seconds });
  });

  it('keeps callers apart', () => {
    const windows = new RequestWindows(MINUTE);
    windows.count('a', 0);
    expect(windows.count('b', 0).used).toBe(1);
    expect(windows.count('a', 0).used).toBe(2);
  });

  it('keeps the count of a window that outlives a turn of the generations', () => {
    const windows = new RequestWindows(MINUTE);
    windows.count('first', 0);
    windows.count('late', 59_000);
    expect(windows.count('late', 61_000)).toEqual({ used: 2, seconds: 58 });
  });

  it('forgets callers whose windows have ended', () => {
    const windows = new RequestWindows(MINUTE);
    for (let caller = 0; caller < 1000; caller += 1) windows.count(`${caller}`, 0);
    windows.count('a', MINUTE);
    windows.count('a', 2 * MINUTE);
    expect(windows.size).toBeLessThanOrEqual(2);
  });

  it('remembers no more callers than its capacity in a flood of addresses, the latest of them', () => {
    const windows = new RequestWindows(MINUTE, 1000);
    let most = 0;
    for (let caller = 0; caller < 50_000; caller += 1) {
      windows.count(`${caller}`, 0);
      most = Math.max(most, windows.size);
    }
    expect(most).toBeLessThanOrEqual(1000);
    expect(windows.count('49999', 1).used).toBe(2);
  });
});
