import { request } from './scheduler.fixture.js';
import { digestOf, Poisons } from './poisons.js';

const RULES = { refusedMs: 60_000, mostPerCaller: 2 };
const codeOf = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('inputs that ended the process', () => {
  it('are refused for a time, and no others', () => {
    const poisons = new Poisons(RULES);
    expect(poisons.isEmpty).toBe(true);
    poisons.convict('a', 'caller', 0);
    const refusal = (digest: string, now: number) => codeOf(() => poisons.checkInput(digest, now));
    expect([refusal('a', 59_999), refusal('b', 0)]).toEqual(['INPUT_REFUSED', undefined]);
    expect(refusal('a', 60_000)).toBeUndefined();
    expect(poisons.isEmpty).toBe(true);
  });

  it('hold back whose they were, when they are too many, until the time of one is over', () => {
    const poisons = new Poisons(RULES);
    poisons.convict('a', 'bad', 0);
    const refusal = (caller: string, now: number) => codeOf(() => poisons.checkCaller(caller, 'm', now));
    expect(refusal('bad', 1)).toBeUndefined();
    poisons.convict('b', 'bad', 10_000);
    expect([refusal('bad', 59_999), refusal('good', 59_999), refusal('bad', 60_000)]).toEqual([
      'RATE_LIMITED',
      undefined,
      undefined,
    ]);
  });

  it('are told as long as they are refused', () => {
    const poisons = new Poisons(RULES);
    expect(poisons.report(0)).toBeNull();
    poisons.convict('a', 'bad', 0);
    poisons.convict('b', 'bad', 1000);
    poisons.convict('c', 'unlucky', 2000);
    const until = '1970-01-01T00:01:02.000Z';
    expect(poisons.report(3000)).toEqual({ refusedInputs: 3, overMemory: 0, refusedKeys: 1, until });
    expect(poisons.report(61_500)).toEqual({ refusedInputs: 1, overMemory: 0, refusedKeys: 0, until });
    expect(poisons.report(62_000)).toBeNull();
  });

  it('are remembered up to a bound, the last ones', () => {
    const poisons = new Poisons(RULES);
    for (let n = 0; n < 1500; n += 1) poisons.convict(`${n}`, `caller ${n}`, n);
    expect(poisons.report(1500)!.refusedInputs).toBe(1000);
    expect([499, 500].map((n) => codeOf(() => poisons.checkInput(`${n}`, 1500)))).toEqual([
      undefined,
      'INPUT_REFUSED',
    ]);
  });

  it('are told apart by all that they are made of', () => {
    const x = request(1, 2).x!;
    const strings = (...texts: string[]) => ({
      x: { dtype: 'string' as const, shape: [2], data: texts.map((text) => Buffer.from(text)) },
    });
    const digests = [
      digestOf('s', { x }),
      digestOf('t', { x }),
      digestOf('s', { y: x }),
      digestOf('s', { x: { ...x, shape: [4, 1] } }),
      digestOf('s', { x: { ...x, dtype: 'int32' } }),
      digestOf('s', request(1, 3)),
      digestOf('s', strings('ab', 'c')),
      digestOf('s', strings('a', 'bc')),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    const part = new Float32Array([9, 1, 0.5, 2, 0.5]).subarray(1);
    expect(digestOf('s', { x: { ...x, data: part } })).toBe(digests[0]);
  });
});
