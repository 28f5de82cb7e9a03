/** The classes of API keys, the most urgent first. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What every stage of the line knows of the request that it works for. */
export interface Call {
  /** Aborts when nobody waits for the answer any more, with a ServingError (CANCELLED, DEADLINE_EXCEEDED, QUEUE_FULL) as its reason. */
  readonly signal: AbortSignal;
  /** By when the answer must be there, in ms of `performance.now()`. */
  readonly deadline: number;
  /** With whom it takes turns: the id of its API key or, where none is asked for, its address. */
  readonly caller: string;
  readonly priority: Priority;
}

/** The call of a request as a protocol hands it to the line. */
export interface RequestCall extends Call {
  /** When the last byte of its body was there, in ms of `performance.now()`. */
  readonly arrivedAt: number;
}
