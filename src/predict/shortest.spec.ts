import { shortest } from './tensor-to-json.js';

/** How many digits a number has when it is written down, zeros at either end not counted. */
const digitsOf = (value: number) =>
  value
    .toExponential()
    .replace(/e.*|\D/g, '')
    .replace(/0+$/, '').length;

/** The fewest digits of any decimal that is this float32, found by trying the neighbours of every length. */
function fewestDigits(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const nearest = value.toPrecision(digits);
    const [, exponent = '0'] = Number(nearest)
      .toExponential(digits - 1)
      .split('e');
    const step = Number(`1e${Number(exponent) - digits + 1}`);
    const candidates = [
      Number(nearest),
      Number((Number(nearest) + step).toPrecision(digits)),
      Number((Number(nearest) - step).toPrecision(digits)),
    ];
    if (candidates.some((candidate) => Math.fround(candidate) === value)) return digits;
  }
  return 9;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const floatOf = (pattern: number): number => {
  bits[0] = pattern;
  return float[0]!;
};

/** So many float32 numbers of all magnitudes, always the same ones. */
function* randomFloats(count: number): Generator<number> {
  let state = 1;
  for (let made = 0; made < count;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = floatOf(state ^ (state >>> 11));
    if (!Number.isFinite(value)) continue;
    made++;
    yield value;
  }
}

/** Those that are not answered as the same float32, in as few digits as can be. */
function faults(values: Iterable<number>): string[] {
  const found: string[] = [];
  for (const value of values) {
    const sent = JSON.parse(JSON.stringify(shortest(value))) as number;
    if (Math.fround(sent) !== value) found.push(`${value} came back as ${sent}`);
    else if (!Number.isSafeInteger(value) && digitsOf(sent) > fewestDigits(value))
      found.push(`${value} is sent as ${sent}`);
  }
  return found;
}

describe('a float32', () => {
  it.each([
    [0.1, 0.1],
    [0.95, 0.95],
    [1 / 3, 0.33333334],
    [0.30000001192092896, 0.3],
    [-1e-7, -1e-7],
    [3.4028234663852886e38, 3.4028235e38],
    [1.401298464324817e-45, 1e-45],
    [16_777_217, 16_777_216],
    [0, 0],
  ])('made from %d is answered as %d', (value, answer) => {
    expect(shortest(Math.fround(value))).toBe(answer);
  });

  it('comes back as the same number, in as few digits as can be: 50,000 of them', () => {
    expect(faults(randomFloats(50_000))).toEqual([]);
  });

  it('comes back as the same number at every power of two, in 9 digits at most', () => {
    // There the neighbours lie unevenly, and a few numbers get a digit more than they need.
    for (let power = -149; power < 128; power++) {
      expect(Math.fround(shortest(2 ** power)!)).toBe(2 ** power);
      expect(power >= 0 && power <= 52 ? 0 : digitsOf(shortest(2 ** power)!)).toBeLessThanOrEqual(9);
    }
  });

  it('does so for scores, which lie between 0 and 1', () => {
    expect(
      faults(Array.from({ length: 20_000 }, (_, n) => Math.fround((n * 0.618033988749895) % 1))),
    ).toEqual([]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('that is %d is null', (value) => {
    expect(shortest(value)).toBeNull();
  });
});
