import type { Priority } from '../turns/call.js';
import { formBatch, type Line, type Waiting } from './form-batch.js';
import { rulesWith } from './scheduler.fixture.js';

interface Named extends Waiting {
  readonly id: string;
}

const CLASSES: Readonly<Record<string, Priority>> = { '!': 'high', '.': 'low' };

/**
 * `k2 b1 k2!`: kinds, rows and classes of requests in order of arrival, each by the caller whose line it is in: `a: k2, k1; b: k1`. A kind `-`
 * runs alone. Each caller's tags go on by its rows.
 */
function linesOf(text: string): Map<string, Line<Named>> {
  const lines = new Map<string, Line<Named>>();
  for (const part of text.split('; ')) {
    const [caller, list] = part.split(': ') as [string, string];
    let tag = 0;
    const requests = list.split(', ').map((entry, index): Named => {
      const [, kind, rows, mark = ''] = /^(.)(\d+)([!.]?)$/.exec(entry)!;
      const turn = { caller, priority: CLASSES[mark] ?? 'normal', arrived: index, tag };
      tag += Number(rows);
      return {
        id: `${caller}${index}`,
        turn,
        kind: kind === '-' ? null : kind!,
        rows: Number(rows),
        deadline: Infinity,
      };
    });
    lines.set(caller, { servedAt: -Infinity, requests });
  }
  return lines;
}

describe('the next batch', () => {
  it.each([
    ['a: k1', 8, 'a0', false, 'is a single request when only one waits'],
    ['a: k1, k1, k1', 8, 'a0 a1 a2', false, 'is all that wait, if they fit'],
    ['a: k1, k1, k1', 2, 'a0 a1', true, 'ends at the maximum'],
    ['a: k3, k5', 8, 'a0 a1', true, 'may be filled to the last row'],
    ['a: k3, k6', 8, 'a0', true, 'never exceeds the maximum'],
    ['a: k9, k1', 8, 'a0', true, 'is one request alone that exceeds the maximum'],
    ['a: k5, k4, k3', 8, 'a0', true, 'is not filled up by overtaking'],
    ['a: k5, k4, k3; b: k3', 8, 'a0 b0', true, 'is filled up by another caller, whom that does not concern'],
    ['a: k1, k1, k1; b: k1', 3, 'a0 b0 a1', true, 'has the callers in turn'],
    ['a: k2, k2; b: k1, k1, k1', 6, 'a0 b0 b1 a1', true, 'has the callers in turn by rows'],
    ['a: k1, k1; b: k1!, k1!', 3, 'b0 b1 a0', true, 'begins with the most urgent class'],
    ['a: k1.; b: k1', 8, 'b0 a0', false, 'has all classes, if they fit'],
    ['a: k1, l1, k1', 8, 'a0', false, 'holds one kind only, and nobody overtakes within a line'],
    ['a: k1, l1; b: k1, k1', 8, 'a0 b0 b1', false, 'is not held up by another kind in another line'],
    ['a: l1; b: k1; c: k1', 8, 'a0', false, 'is of the kind whose turn it is, however many of another wait'],
    ['a: -1, k1; b: k1', 8, 'a0', true, 'is one request alone that cannot be joined'],
    ['a: k1; b: -1; c: k1', 8, 'a0 c0', false, 'is not joined by one that cannot be'],
    ['a: k0, k8, k0', 8, 'a0 a1', true, 'counts a request without rows as nothing'],
  ])('(%s) with at most %d rows is %s, full: %s; it %s', (lines, maxBatchSize, ids, isFull) => {
    const batch = formBatch(linesOf(lines), rulesWith({ maxBatchSize }), 10);
    expect([batch.requests.map(({ id }) => id).join(' '), batch.isFull]).toEqual([ids, isFull]);
  });

  it.each([
    ['a: k1', [], 1],
    ['a: k3', [1, 4, 8], 4],
    ['a: k4', [1, 4, 8], 4],
    ['a: k9', [1, 4, 8], 9],
    ['a: -3', [1, 4, 8], 3],
  ])('(%s) with the sizes %j is given to the engine with %d rows', (lines, allowedBatchSizes, padTo) => {
    expect(formBatch(linesOf(lines), rulesWith({ allowedBatchSizes }), 10).padTo).toBe(padTo);
  });

  it('has those first who have waited long, and for that each caller counts from when it was last served', () => {
    const lines = linesOf('flood: k1, k1, k1; late: k1!');
    const batch = () => formBatch(lines, rulesWith({ maxBatchSize: 1 }), 2_500).requests[0]!.id;
    lines.set('late', { ...lines.get('late')!, servedAt: 2_400 });
    expect(batch()).toBe('flood0');
    lines.set('flood', { ...lines.get('flood')!, servedAt: 2_400 });
    expect(batch()).toBe('late0');
  });
});
