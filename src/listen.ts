import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from './config/settings.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Listens, and says where and how to call. */
export async function listen(
  app: NestExpressApplication,
  settings: Settings,
  temporaryKey: string | undefined,
): Promise<void> {
  const logger = new Logger('Server');
  await app.listen(settings.port, settings.host);
  const { address, port, family } = app.getHttpServer().address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  logger.log(`Listening at http://${host}:${port}${settings.docs ? ' (Swagger UI at /docs)' : ''}.`);
  if (!settings.auth) {
    const open = LOOPBACK.has(settings.host) ? '' : ' from every address that reaches this machine';
    logger.warn(`AUTH=off: everybody may call${open}.`);
  }
  // Not through the log: logs are kept, and a key is told once.
  if (temporaryKey !== undefined) {
    process.stdout.write(
      `\nThere is no API key yet. For this run there is one:\n\n    ${temporaryKey}\n\n` +
        'Send it as the header X-API-Key. Make lasting ones with: npm run keys -- create --name <name>\n\n',
    );
  }
}
