/** Where progress goes: a terminal, or a log that nobody redraws. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a command is given to run in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was asked for, and nothing else: stdout. */
  readonly answer: (line: string) => void;
  /** What is being done, and errors: stderr. */
  readonly screen: Screen;
  /** Aborts when the user has had enough: nothing is written then. */
  readonly signal: AbortSignal;
}
