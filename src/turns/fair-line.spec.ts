import type { Call, Priority } from './call.js';
import { FairLine } from './fair-line.js';

const call = (caller: string, priority: Priority = 'normal'): Call => ({
  signal: new AbortController().signal,
  deadline: Infinity,
  caller,
  priority,
});

/** A line at a time that the test sets, and who was called. */
function lineAt(time = { now: 0 }) {
  const line = new FairLine(() => time.now);
  const called: string[] = [];
  const add = (name: string, who: Call, cost = 1) => {
    const go = () => called.push(name);
    line.add(go, who, cost);
    return go;
  };
  const drain = () => {
    for (let go = line.shift(); go !== undefined; go = line.shift()) go();
    return called.splice(0);
  };
  return { line, add, drain, time };
}

describe('a fair line', () => {
  it('takes one caller’s entries in the order they came', () => {
    const { add, drain } = lineAt();
    ['a1', 'a2', 'a3'].forEach((name) => add(name, call('a')));
    expect(drain()).toEqual(['a1', 'a2', 'a3']);
  });

  it('lets callers take turns, however many one of them has waiting', () => {
    const { add, drain } = lineAt();
    ['a1', 'a2', 'a3', 'a4'].forEach((name) => add(name, call('a')));
    ['b1', 'b2'].forEach((name) => add(name, call('b')));
    expect(drain()).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('gives who brings large work fewer turns', () => {
    const { add, drain } = lineAt();
    ['a1', 'a2'].forEach((name) => add(name, call('a'), 3));
    ['b1', 'b2', 'b3', 'b4'].forEach((name) => add(name, call('b'), 1));
    expect(drain()).toEqual(['a1', 'b1', 'b2', 'b3', 'a2', 'b4']);
  });

  it('takes the more urgent class first, until the others have waited long', () => {
    const { add, drain, time, line } = lineAt();
    add('low', call('a', 'low'));
    add('normal', call('b'));
    time.now = 10;
    add('high', call('c', 'high'));
    line.shift()!();
    time.now = 2500;
    add('later', call('c', 'high'));
    expect(drain()).toEqual(['high', 'normal', 'low', 'later']);
  });

  it('forgets who left, and does not count what it did not get', () => {
    const { add, drain, line } = lineAt();
    const gone = add('a1', call('a'), 100);
    add('b1', call('b'), 2);
    add('b2', call('b'), 2);
    line.delete(gone);
    line.delete(gone);
    add('a2', call('a'), 100);
    expect(drain()).toEqual(['b1', 'a2', 'b2']);
    expect(line.shift()).toBeUndefined();
  });
});
