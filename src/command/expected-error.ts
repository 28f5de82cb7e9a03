import { ConfigError } from '../config/expect.js';
import { EngineError } from '../engine/engine.js';
import { CommandError } from './command-error.js';

/**
 * What to tell of an error that one could expect: ours, the engine's, or a wrong option.
 * @param command how it is called
 * @param consequence a sentence that goes before the engine's own
 * @throws any other error
 */
export function expectedError(error: unknown, command: string, consequence: string): string {
  if (error instanceof EngineError) return `${consequence} ${error.message}`;
  if (error instanceof ConfigError || error instanceof CommandError) return error.message;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
  return `${message.split(/\.\s/)[0]}; see ${command} -- --help`;
}
