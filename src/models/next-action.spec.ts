import { type Candidate, nextAction } from './next-action.js';

/**
 * A version in a line: `2` shall be served and waits to be loaded; `-2` shall not be served any more; after that its state: `+` serves,
 * `~` is being loaded, `!` failed, `z` rests, `Z` is asked for while it rests; `2b` is its second generation.
 */
function candidate(text: string): Candidate & { readonly text: string } {
  const [, minus, digits = '', second, sign] = /^(-?)(\d+)(b?)([+~!zZ]?)$/.exec(text) ?? [];
  const state = { '+': 'AVAILABLE', '~': 'LOADING', '!': 'END' }[sign ?? ''] ?? 'START';
  return {
    text,
    version: Number(digits),
    generation: second === 'b' ? 2 : 1,
    state: state as Candidate['state'],
    aspired: minus === '',
    isServing: sign === '+' || sign === 'z' || sign === 'Z',
    wanted: sign !== 'z',
  };
}

/** `load 2`, `unload -1+` or `nothing`. */
function decide(servables: string): string {
  const action = nextAction(servables.split(' ').filter(Boolean).map(candidate));
  return action ? `${action.kind} ${action.of.text}` : 'nothing';
}

describe('what is done next with the versions of a model', () => {
  it.each([
    ['', 'nothing'],
    ['1', 'load 1'],
    ['1+', 'nothing'],
    ['1 2 3', 'load 3'],
    ['1 2~', 'load 1'],
    ['1!', 'nothing'],
  ])('new ones are loaded, the highest first: %s → %s', (servables, action) => {
    expect(decide(servables)).toBe(action);
  });

  it.each([
    ['-1+ 2', 'load 2'],
    ['-1+ 2~', 'nothing'],
    ['-1+ 2+', 'unload -1+'],
    ['-1+ 2!', 'nothing'],
    ['-1+ 2! 3', 'load 3'],
    ['-3+ 2', 'load 2'],
    ['-3+ 2+', 'unload -3+'],
    ['-1+ -2+ 3', 'unload -1+'],
    ['-2+ 3', 'load 3'],
    ['-1+ -2+ 3+', 'unload -1+'],
  ])('a version leaves only when another serves: %s → %s', (servables, action) => {
    expect(decide(servables)).toBe(action);
  });

  it.each([
    ['-1+', 'unload -1+'],
    ['-1+ -2+', 'unload -1+'],
    ['-1', 'unload -1'],
    ['-1~', 'nothing'],
    ['-1!', 'nothing'],
  ])('when none shall be served, all leave: %s → %s', (servables, action) => {
    expect(decide(servables)).toBe(action);
  });

  it.each([
    ['-1+ 1b', 'load 1b'],
    ['-1+ 1b~', 'nothing'],
    ['-1+ 1b+', 'unload -1+'],
    ['-1+ 1b!', 'nothing'],
    ['-1+ 1b! 2+', 'nothing'],
    ['-1! 1b', 'load 1b'],
    ['-2+ 2b! 1+', 'nothing'],
    ['-2+ 2b -1+', 'load 2b'],
  ])(
    'a version whose files changed keeps its old generation until the new one serves: %s → %s',
    (servables, action) => {
      expect(decide(servables)).toBe(action);
    },
  );

  it.each([
    ['1z', 'nothing'],
    ['1Z', 'load 1Z'],
    ['-1+ 1bz', 'unload -1+'],
    ['-1z 2', 'load 2'],
    ['-1z 2+', 'unload -1z'],
    ['1z 2', 'load 2'],
  ])('one that rests counts as serving, and is loaded when it is asked for: %s → %s', (servables, action) => {
    expect(decide(servables)).toBe(action);
  });

  it('always comes to an end, with every version that shall be served tried and, if one serves, none of the others left', () => {
    for (let round = 0; round < 5_000; round++) {
      const servables = Array.from({ length: 1 + Math.floor(Math.random() * 6) }, (_, index) =>
        randomly(index),
      );
      const fails = new Set(servables.filter(() => Math.random() < 0.3));
      const servedBefore = servables.some(({ isServing }) => isServing);
      for (let steps = 0; ; steps++) {
        const action = nextAction(servables);
        if (!action) break;
        expect(steps).toBeLessThan(20);
        act(action.of, action.kind, fails);
        const shallServe = servables.some(({ aspired }) => aspired);
        const isServed = servables.some(({ isServing }) => isServing);
        expect(isServed || !servedBefore || !shallServe).toBe(true);
      }
      const aspired = servables.filter((one) => one.aspired);
      expect(aspired.every(({ state }) => state === 'AVAILABLE' || state === 'END')).toBe(true);
      const isWhole = aspired.every((one) => one.isServing);
      expect(isWhole && servables.some(({ aspired: wanted, isServing }) => !wanted && isServing)).toBe(false);
    }
  });
});

type Mutable = { -readonly [K in keyof Candidate]: Candidate[K] };

function randomly(generation: number): Mutable {
  const serving = Math.random() < 0.5;
  return {
    version: Math.floor(Math.random() * 4),
    generation,
    state: serving ? 'AVAILABLE' : 'START',
    aspired: Math.random() < 0.5,
    isServing: serving,
    wanted: true,
  };
}

function act(one: Mutable, kind: 'load' | 'unload', fails: ReadonlySet<Candidate>): void {
  const works = kind === 'load' && !fails.has(one);
  one.state = works ? 'AVAILABLE' : 'END';
  one.isServing = works;
}
