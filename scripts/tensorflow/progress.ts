const BAR = 16;
/** Back to the start of a terminal's line, and empties it. */
const WIPE = '\r\x1b[2K';

/** Bytes as people say them: decimal, and no more digits than matter. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}

/** One line: name, bar, percent, bytes and mean speed. `done` may overshoot `total`; the line never shows more than 100 %. */
export function progressLine(name: string, done: number, total: number, seconds: number): string {
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const filled = Math.round(share * BAR);
  const bar = '#'.repeat(filled) + '-'.repeat(BAR - filled);
  const speed = seconds > 0 ? `, ${(Math.min(done, total) / 1e6 / seconds).toFixed(1)} MB/s` : '';
  const percent = Math.floor(share * 100)
    .toString()
    .padStart(3);
  return `${name}  [${bar}] ${percent} %  ${size(Math.min(done, total))} of ${size(total)}${speed}`;
}

/** Where lines go: the terminal, or a log that nobody redraws. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how far one download is. On a terminal it is one line that redraws itself and vanishes at the end; in a log it
 * is a plain line at every quarter, because a log keeps every line for ever.
 */
export class ProgressBar {
  private quarter = 0;
  private closed = false;
  private firstByteMs: number | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly name: string,
    private readonly total: number,
  ) {}

  /** `nowMs` is any steady clock; the speed counts from the first byte, not from pip's look at the index. */
  show(done: number, nowMs: number): void {
    if (this.closed || done === 0) return;
    this.firstByteMs ??= nowMs;
    const line = `  ${progressLine(this.name, done, this.total, (nowMs - this.firstByteMs) / 1000)}`;
    if (this.screen.isTTY) {
      this.screen.write(`${WIPE}${line.slice(0, (this.screen.columns ?? 80) - 1)}`);
      return;
    }
    const quarter = Math.floor((Math.min(done, this.total) / this.total) * 4);
    if (quarter > this.quarter && quarter < 4) this.screen.write(`${line}\n`);
    this.quarter = Math.max(this.quarter, quarter);
  }

  /** Wipes the line off a terminal. What is shown after it is not. */
  close(): void {
    this.closed = true;
    if (this.screen.isTTY) this.screen.write(WIPE);
  }
}

/**
 * Runs one stage of the installation: what it is doing stands on a terminal until it ends, what is done stays, with its
 * duration. A stage that failed leaves no line: its Problem says what happened.
 */
export async function stage<T>(
  screen: Screen,
  [doing, done]: readonly [string, string],
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  if (screen.isTTY) screen.write(`  ${doing} …`);
  try {
    const result = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    screen.write(`${screen.isTTY ? WIPE : ''}  ${done} in ${seconds} s\n`);
    return result;
  } catch (error) {
    if (screen.isTTY) screen.write(WIPE);
    throw error;
  }
}
