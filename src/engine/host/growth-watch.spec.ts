import { GrowthWatch } from './growth-watch.js';

const size = (residentMB: number, modelMB: number) => ({
  residentBytes: residentMB * 1e6,
  modelBytes: modelMB * 1e6,
});

/** A host of 400 MB that has been seen at 600 MB, with models of 20 MB, after its first unload. */
function watch(): GrowthWatch {
  const growth = new GrowthWatch({}, 0);
  growth.emptyBytes = 400e6;
  growth.unloaded(size(600, 20));
  return growth;
}

describe('the memory of an engine host', () => {
  it('is measured against what it was after the first unload, when no fresh host has been measured', () => {
    const growth = watch();
    expect(growth.worthReplacing(size(625, 20))).toBeNull();
    expect(growth.worthReplacing(size(640, 20))).toBe(600e6);
    growth.unloaded(size(640, 20)); // Later unloads do not move the measure.
    expect(growth.worthReplacing(size(640, 20))).toBe(600e6);
  });

  it('is not judged before anything is known', () => {
    expect(new GrowthWatch({}, 0).worthReplacing(size(5000, 20))).toBeNull();
  });

  it('has grown when a model went and left its memory behind', () => {
    expect(watch().worthReplacing(size(600, 10))).toBe(500e6);
  });

  it('is measured anew when there are more models than ever, and not between a load and its unload', () => {
    const growth = watch();
    expect(growth.worthReplacing(size(900, 40))).toBeNull();
    growth.unloaded(size(900, 40));
    expect(growth.worthReplacing(size(900, 40))).toBeNull();
    expect(growth.worthReplacing(size(900, 20))).toBe(650e6);
  });

  it('is measured against a fresh host after a hand-over, and anew after a crash', () => {
    const growth = watch();
    growth.succeeded(size(500, 20));
    growth.unloaded(size(560, 20));
    expect(growth.worthReplacing(size(560, 20))).toBe(500e6);
    growth.replaced();
    expect(growth.worthReplacing(size(560, 20))).toBeNull();
  });

  it('makes for one hand-over a minute, the first a minute after the start, and fewer when they fail', () => {
    const growth = new GrowthWatch({}, 1_000);
    expect(growth.delayMs(1_000)).toBe(60_000);
    expect(growth.delayMs(61_000)).toBe(0);
    growth.began(61_000);
    expect(growth.delayMs(61_000)).toBe(120_000);
    growth.succeeded(size(500, 20));
    expect(growth.delayMs(62_000)).toBe(59_000);
  });
});
