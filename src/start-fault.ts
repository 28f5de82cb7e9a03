import { isIPv6 } from 'node:net';
import { ConfigError } from './config/expect.js';
import { EngineError } from './engine/engine.js';

/** Another process of this server cannot start; the message is its `startFault`. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

/** What Node says of an address at which it cannot listen. */
interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** Why the server cannot start, for people: expected reasons in one sentence, all else with its stack. */
export function startFault(error: unknown): string {
  const isExpected =
    error instanceof ConfigError || error instanceof EngineError || error instanceof StartError;
  if (isExpected) return error.message;
  const { code, address, port, hostname } = (error ?? {}) as ListenError;
  const place = `${address !== undefined && isIPv6(address) ? `[${address}]` : address}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens at ${place}. Set PORT to another port, or end that program.`;
    case 'EACCES':
      return `Listening at ${place} is not allowed. Set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${address}, so nothing can listen at ${place}. Set HOST to one that it has, or to 0.0.0.0 for all.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST is ${hostname}, which is no address of this machine: the name is not known. Set HOST to an address, such as 127.0.0.1.`;
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
