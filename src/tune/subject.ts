/** What is measured: a model in a process with a number of threads of its own. */
export interface Subject {
  readonly threads: number;
  /** How many batches it runs at once. */
  readonly streams: number;
  /** Makes the inputs of one batch, to be run from now on; those of another size are forgotten. */
  prepare(batchSize: number): Promise<void>;
  /**
   * Runs `streams` batches of the size prepared before, and resolves with their answers.
   * @throws EngineError; `crashed` where its process has ended, after which `restart` must come first
   */
  run(batchSize: number): Promise<void>;
  restart(): Promise<void>;
  /** What its process takes of the machine's memory; `undefined` where that cannot be told. */
  residentBytes(): Promise<number | undefined>;
  close(): Promise<void>;
}
