import type { Priority } from './call.js';
import { AGE_MS, compareTurns, FairTags, FairTurns, type Turn } from './order.js';

/** `b normal 3 @10`: a caller, its class, its tag and since when it waits. */
function turnOf(text: string): Turn {
  const [caller, priority, tag, arrived] = text.split(' ') as [string, Priority, string, string];
  return { caller, priority, tag: Number(tag), arrived: Number(arrived.slice(1)) };
}

describe('whose turn it is', () => {
  it.each([
    ['a high 9 @9', 'b normal 0 @0', 10, 'the more urgent class'],
    ['a normal 9 @9', 'b low 0 @0', 10, 'the more urgent class'],
    ['a low 1 @9', 'b low 2 @0', 10, 'within a class, who starts first'],
    ['a low 1 @0', 'b low 1 @9', 10, 'of two that start together, who came first'],
    ['a low 1 @0', 'b normal 2 @950', AGE_MS, 'who has waited for one class more, by its tag'],
    ['a low 9 @0', 'b normal 2 @1950', 2 * AGE_MS, 'who has waited for two classes more'],
    ['a low 9 @0', 'b high 2 @2950', 3 * AGE_MS, 'in the end who has waited long, before all that come'],
    ['a high 9 @1', 'b low 0 @1', AGE_MS, 'nobody sooner for less than the whole time'],
    ['a normal 1 @20', 'b normal 2 @30', 10, 'who waits from now on, no less than others'],
  ])('%s comes before %s at %d: %s', (first, second, now) => {
    expect(compareTurns(turnOf(first), turnOf(second), now)).toBeLessThan(0);
    expect(compareTurns(turnOf(second), turnOf(first), now)).toBeGreaterThan(0);
  });
});

describe('fair tags', () => {
  /** Serves, of what waits, what starts first; answers whom. */
  function serve(tags: FairTags, waiting: { caller: string; tag: number }[]): string {
    const next = waiting.toSorted((one, other) => one.tag - other.tag)[0]!;
    waiting.splice(waiting.indexOf(next), 1);
    tags.served(next.tag);
    return next.caller;
  }

  it('lay what one caller asks for end to end', () => {
    const tags = new FairTags();
    expect([tags.tagFor('a', 2), tags.tagFor('a', 3), tags.tagFor('a', 1)]).toEqual([0, 2, 5]);
  });

  it('let somebody new in after one piece of those before it, however many wait', () => {
    const tags = new FairTags();
    const waiting = Array.from({ length: 100 }, () => ({ caller: 'flood', tag: tags.tagFor('flood', 1) }));
    for (let served = 0; served < 10; served++) serve(tags, waiting);
    waiting.push({ caller: 'new', tag: tags.tagFor('new', 1) });
    expect([serve(tags, waiting), serve(tags, waiting)]).toEqual(['new', 'flood']);
  });

  it('give two callers that always wait the same, whatever their pieces cost', () => {
    const tags = new FairTags();
    const costs: Record<string, number> = { large: 8, small: 1 };
    const ask = (caller: string) => ({ caller, tag: tags.tagFor(caller, costs[caller]!) });
    const waiting = ['large', 'small', 'small'].map(ask);
    const given: Record<string, number> = { large: 0, small: 0 };
    for (let step = 0; step < 9_000; step++) {
      const caller = serve(tags, waiting);
      given[caller]! += costs[caller]!;
      waiting.push(ask(caller));
    }
    expect(given.large! / given.small!).toBeCloseTo(1, 2);
  });

  it('neither save up for who rested nor hold it back', () => {
    const tags = new FairTags();
    tags.served(tags.tagFor('rested', 5));
    for (let served = 0; served < 50; served++) tags.served(tags.tagFor('busy', 1));
    expect([tags.startOf('rested'), tags.startOf('busy')]).toEqual([49, 50]);
  });

  it('can be corrected when the work cost more or less than was said', () => {
    const tags = new FairTags();
    tags.tagFor('a', 10);
    tags.charge('a', 5);
    expect(tags.startOf('a')).toBe(15);
    tags.charge('a', -14);
    tags.charge('unknown', 3);
    expect([tags.startOf('a'), tags.startOf('unknown')]).toEqual([1, 0]);
  });

  it('forget callers that have nothing outstanding', () => {
    const tags = new FairTags();
    for (let n = 0; n < 10_000; n++) {
      const tag = tags.tagFor(`caller ${n}`, 1);
      tags.served(tag + 1);
    }
    expect(tags.size).toBeLessThanOrEqual(64);
  });

  it('remember who had most where every caller asks only once', () => {
    const tags = new FairTags();
    tags.tagFor('flood', 100);
    for (let n = 0; n < 50_000; n++) tags.served(tags.tagFor(`caller ${n}`, 1));
    expect(tags.size).toBeLessThanOrEqual(4096);
    expect(tags.startOf('flood')).toBe(100);
  });
});

describe('fair turns', () => {
  const call = (caller: string, priority: Priority) => ({ caller, priority });

  it('let somebody new of one class in before what waits there, however much another class was served', () => {
    const turns = new FairTurns();
    const waiting = Array.from({ length: 100 }, () => turns.turnFor(call('flood', 'normal'), 1, 0));
    for (let n = 0; n < 1_000; n++) turns.served(turns.turnFor(call('urgent', 'high'), 1, 0));
    const late = turns.turnFor(call('late', 'normal'), 1, 0);
    expect(compareTurns(late, waiting[1]!, 0)).toBeLessThan(0);
  });

  it('cost nothing when they are not taken', () => {
    const turns = new FairTurns();
    const turn = turns.turnFor(call('a', 'low'), 8, 0);
    expect(turns.peek(call('a', 'low'), 5)).toEqual({ caller: 'a', priority: 'low', arrived: 5, tag: 8 });
    turns.gaveUp(turn, 8);
    expect(turns.peek(call('a', 'low'), 5).tag).toBe(0);
  });
});
