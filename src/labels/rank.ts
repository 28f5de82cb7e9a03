import type { Labels } from './labels.js';

/** One class of an answer. */
export interface Ranked {
  readonly label: string;
  readonly index: number;
  readonly score: number;
  readonly id?: string;
}

/**
 * The `topK` best classes, best first; equal scores by index, NaN last. Without labels a class is called by its index.
 * Cheap for many classes: n comparisons and a heap of `topK`, never a sort of all.
 */
export function rank(scores: ArrayLike<number>, labels: Labels | null, topK: number): Ranked[] {
  if (topK < 1) return [];
  return best(scores, topK).map((index) => {
    const id = labels?.id(index);
    return {
      label: labels?.name(index) ?? String(index),
      index,
      score: scores[index]!,
      ...(id === undefined ? {} : { id }),
    };
  });
}

/** Indexes of the `count` best scores, best first. */
function best(scores: ArrayLike<number>, count: number): number[] {
  /** Whether the score at `one` comes before that at `other`. */
  const before = (one: number, other: number): boolean => {
    const difference = scores[one]! - scores[other]!;
    if (difference !== 0 && !Number.isNaN(difference)) return difference > 0;
    const lost = Number(Number.isNaN(scores[one])) - Number(Number.isNaN(scores[other]));
    return lost === 0 ? one < other : lost < 0;
  };
  /** A heap with the worst of the best on top. */
  const heap: number[] = [];
  for (let index = 0; index < scores.length; index += 1) {
    if (heap.length < count) rise(heap, index, before);
    else if (before(index, heap[0]!)) sink(heap, index, before);
  }
  return heap.toSorted((one, other) => (before(one, other) ? -1 : 1));
}

type Before = (one: number, other: number) => boolean;

/** Adds an index to the heap. */
function rise(heap: number[], index: number, before: Before): void {
  let at = heap.push(index) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(heap[parent]!, index)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = index;
}

/** Replaces the top of the heap. */
function sink(heap: number[], index: number, before: Before): void {
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child]!, heap[child + 1]!)) child += 1;
    if (!before(index, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = index;
}
