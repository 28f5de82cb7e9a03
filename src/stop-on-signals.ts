import { Logger } from '@nestjs/common';

/**
 * SIGTERM and SIGINT: `stop` is called, then the process ends with exit code 0. A second signal ends it at once.
 * @param stop finishes what is in flight
 */
export function stopOnSignals(stop: () => Promise<void>): void {
  const logger = new Logger('Server');
  let stopping = false;
  const end = async (signal: string): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    logger.log(`${signal}: finishing the requests in flight. A second one ends the server at once.`);
    await stop();
    logger.log('Stopped.');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end(signal).catch((error: unknown) => {
        logger.error(error);
        process.exit(1);
      });
    });
  }
}
