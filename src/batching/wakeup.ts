/** The longest time that a timer takes, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls back at the end of this turn of the event loop, and at the earliest of the times that it was given. */
export class Wakeup {
  private isSoon = false;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;

  constructor(private readonly wake: () => void) {}

  soon(): void {
    if (this.isSoon) return;
    this.isSoon = true;
    setImmediate(() => {
      this.isSoon = false;
      this.wake();
    });
  }

  /** It may call back sooner: an earlier time that it was given is kept. @param time in ms of `performance.now()` */
  at(time: number, now: number): void {
    if (time >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = time;
    const ms = Math.min(Math.max(1, Math.ceil(time - now)), MAX_TIMER_MS);
    this.timer = setTimeout(() => {
      this.timerAt = Infinity;
      this.wake();
    }, ms).unref();
  }
}
