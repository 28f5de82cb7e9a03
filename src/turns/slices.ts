/** Long work in steps: at each `yield` it may be left for a while, so that others are answered. */
export type Steps<T> = Generator<void, T, void>;

/** How long work holds up the event loop at a stretch, in ms; a step that takes longer is not cut. */
const SLICE_MS = 3;
/** Loops over plain values pause after so many. */
export const VALUES_A_STEP = 256;
/** Loops over numbers or bytes in arrays pause after so many. */
export const ENTRIES_A_STEP = 2 ** 15;

const waiting: (() => void)[] = [];

/**
 * Does the steps of a request, of which many requests do theirs at a time: in each turn of the event loop one of them goes on, for some ms.
 * What takes less is done at once.
 * @throws what a step throws; the signal's reason
 */
export async function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  let until = performance.now() + SLICE_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await nextSlice();
    signal?.throwIfAborted();
    until = performance.now() + SLICE_MS;
  }
}

/** Does all steps without a pause: for work that is known to be short. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function nextSlice(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(goOn);
  });
}

/** One a turn: what is set while others run comes in the next turn. */
function goOn(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(goOn);
}
