import type { Screen } from '../command/surroundings.js';
import { durationText, threadsText } from './format.js';
import type { Slice } from './measure.js';

/** Back to the start of a terminal's line, and empties it. */
const WIPE = '\r\x1b[2K';

/** Shows what is being measured: on a terminal as one line that redraws itself, in a log as a line for each round. */
export class Progress {
  private shown = '';

  constructor(
    private readonly screen: Screen,
    private readonly rounds: number,
  ) {}

  /** What is done before anything can be measured. */
  begin(doing: string): void {
    if (this.screen.isTTY) this.draw(`${doing} …`);
    else this.screen.write(`${doing} …\n`);
  }

  show({ round, threads, batchSize, leftMs }: Slice): void {
    const stage = round === 0 ? 'Trying' : `Round ${round} of ${this.rounds}`;
    const left = `about ${durationText(leftMs)} left`;
    if (this.screen.isTTY) {
      this.draw(`${stage}: ${batchSize} at a time, ${threadsText(threads)}; ${left}`);
      return;
    }
    const line = round === 0 ? `${stage} batch sizes with ${threadsText(threads)}` : stage;
    if (line !== this.shown) this.screen.write(`${line}; ${left}\n`);
    this.shown = line;
  }

  /** A line that stays. */
  note(sentence: string): void {
    this.screen.write(`${this.screen.isTTY ? WIPE : ''}${sentence}\n`);
  }

  /** Wipes the line off a terminal. */
  close(): void {
    if (this.screen.isTTY) this.screen.write(WIPE);
  }

  private draw(line: string): void {
    this.screen.write(`${WIPE}${line.slice(0, (this.screen.columns || 80) - 1)}`);
  }
}
