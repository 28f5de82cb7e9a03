import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { announce } from './announce.js';
import type { Settings } from './config/settings.js';
import { Connections } from './connections.js';
import { createApp } from './create-app.js';
import { drain } from './drain.js';
import { KeyStore } from './access/keys/key-store.js';
import { stopOnSignals } from './stop-on-signals.js';

/** Runs the server in one process, beside those of the engine. */
export async function runAlone(settings: Settings, warnings: readonly string[]): Promise<void> {
  const app = await createApp(settings);
  for (const warning of warnings) new Logger('Server').warn(warning);
  const connections = new Connections(app.getHttpServer());
  stopOnSignals(() => drain(app, connections, settings));
  await app.listen(settings.port, settings.host);
  announce(app.getHttpServer().address() as AddressInfo, settings, app.get(KeyStore).temporaryKey);
}
