import { ConfigError } from './config/expect.js';
import { EngineError } from './engine/engine.js';

/** Another process of this server cannot start; the message is its `startFault`. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

/** Why the server cannot start, for people: expected reasons in one sentence, all else with its stack. */
export function startFault(error: unknown): string {
  const isExpected =
    error instanceof ConfigError || error instanceof EngineError || error instanceof StartError;
  if (isExpected) return error.message;
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'EADDRINUSE':
      return 'Another program listens on this port. Set PORT to another.';
    case 'EACCES':
      return 'Listening on this port is not allowed. Set PORT to one above 1023.';
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
