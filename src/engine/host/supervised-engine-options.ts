import type { HandOverLimits } from './growth-watch.js';
import type { CallTimeouts } from './host-calls.js';
import type { EndedBy } from './host-process.js';
import type { OneAtATime } from './one-at-a-time.js';

export interface SupervisedEngineOptions extends CallTimeouts {
  /** Name of the runtime that the host shall hold. */
  readonly runtime: string;
  /** How many runs its process does at once, each in a thread of its own; 1 by default. */
  readonly streams?: number;
  /** Variables that the host's environment has beside those of this process: which GPU it sees, how many threads it has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The command that its process is started through and which becomes that process; none by default. */
  readonly through?: readonly string[];
  /** How much memory its process may take, in bytes, before it is replaced; any by default. */
  readonly memoryBytes?: number;
  /** What the host's process prints, line by line. */
  readonly onOutput: (line: string) => void;
  /** A host ended that nobody asked to end; another is on its way. */
  readonly onCrash: (reason: string, by: EndedBy) => void;
  /** A new host holds the models again. */
  readonly onRestart: (pid: number | undefined) => void;
  /** A host had grown, and another is in service in its place. */
  readonly onHandOver?: (handOver: HandOver) => void;
  /** A host has grown and stays in service, since no other could be had. It is tried again later. */
  readonly onHandOverFailed?: (reason: string) => void;
  readonly handOvers?: Partial<HandOverLimits>;
  /** Engines that are given the same one are never handed over at once. */
  readonly handOverTurn?: OneAtATime;
}

export interface HandOver {
  /** Of the new host. */
  readonly pid: number | undefined;
  /** What the old one took, and what the new one takes. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
}
