import { Absence, PATIENCE_MS } from './absence.js';

const retryAfter = (absence: Absence, now: number): number | undefined => absence.refusal(now)?.retryAfter;

describe('while no host is in service', () => {
  it('runs wait for one that is expected within their patience', () => {
    const absence = new Absence();
    expect(absence.refusal(0)).toBeUndefined();
    absence.begin(0);
    absence.expect(0, 1_000, 3_000);
    expect(absence.refusal(3_999)).toBeUndefined();
    expect(absence.refusal(4_000 + PATIENCE_MS)).toBeUndefined();
    expect(absence.error(1_500).retryAfter).toBe(3);
  });

  it('they are refused at once where it takes longer, with the time until then, and wait when it is near', () => {
    const absence = new Absence();
    absence.begin(0);
    absence.expect(0, 0, 29_000);
    expect(absence.refusal(0)).toMatchObject({ kind: 'away', retryAfter: 29 });
    expect(retryAfter(absence, 18_500)).toBe(11);
    expect(retryAfter(absence, 19_500)).toBeUndefined();
  });

  it('they are refused when it should have come twice over, and readiness says so', () => {
    const absence = new Absence();
    absence.begin(0);
    absence.expect(0, 0, 20_000);
    expect(absence.isOverdue(39_000)).toBe(false);
    expect(absence.isOverdue(40_001)).toBe(true);
    expect(retryAfter(absence, 40_001)).toBe(20);
    absence.end(20_000);
    expect(absence.isOverdue(41_000)).toBe(false);
    expect(absence.refusal(41_000)).toBeUndefined();
  });

  it('the next one is expected as soon as the last one came, whatever the models took at first', () => {
    const absence = new Absence();
    absence.begin(0);
    absence.expect(0, 0, 60_000);
    absence.end(5_000);
    absence.begin(100_000);
    absence.expect(100_000, 3_000, 60_000);
    expect(absence.refusal(100_000)).toBeUndefined();
    expect(absence.error(100_000).retryAfter).toBe(8);
  });
});
