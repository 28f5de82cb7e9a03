import { isIPv6 } from 'node:net';
import { Logger } from '@nestjs/common';
import { docsAccess } from './config/docs-access.js';
import type { Settings } from './config/settings.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Says where the server listens and how to call it. */
export function announce(
  { address, port }: { readonly address: string; readonly port: number },
  settings: Settings,
  temporaryKey: string | undefined,
): void {
  const logger = new Logger('Server');
  const host = isIPv6(address) ? `[${address}]` : address;
  const docs = docsAccess(settings) === 'off' ? '' : ' (Swagger UI at /docs)';
  logger.log(`Listening at http://${host}:${port}${docs}.`);
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
