import type { Settings } from '../../config/settings.js';
import { SupervisedEngine } from './supervised-engine.js';

/** How a process is started that does one thing and ends. */
export interface DisposableOptions {
  readonly runtime: string;
  readonly settings: Pick<Settings, 'engineTimeoutMs' | 'loadTimeoutMs'>;
  /** Variables that the process has beside those of this one. */
  readonly environment: Readonly<Record<string, string>>;
  /** The command that the process is started through, if any. */
  readonly through?: readonly string[];
  /** How much memory the process may take, in bytes; any by default. */
  readonly memoryBytes?: number;
  /** How many runs it does at once; 1 by default. */
  readonly streams?: number;
  readonly onOutput?: (line: string) => void;
}

export interface DisposableEngine {
  readonly engine: SupervisedEngine;
  /** From now on the end of its process is told and not mended. Until then it may be TensorFlow's, and another runtime takes its place. */
  settled(): void;
}

/** An engine that no server depends on. */
export function startDisposable({
  runtime,
  settings,
  environment,
  streams = 1,
  memoryBytes = Infinity,
  through = [],
  onOutput = () => {},
}: DisposableOptions): DisposableEngine {
  let isSettled = false;
  const engine: SupervisedEngine = new SupervisedEngine({
    runtime,
    runTimeoutMs: settings.engineTimeoutMs,
    loadTimeoutMs: settings.loadTimeoutMs,
    environment,
    streams,
    memoryBytes,
    through,
    onOutput,
    onCrash: () => {
      if (isSettled) void engine.close();
    },
    onRestart: () => {},
  });
  return { engine, settled: () => (isSettled = true) };
}
