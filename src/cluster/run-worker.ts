import type { Settings } from '../config/settings.js';
import { Connections } from '../connections.js';
import { createApp } from '../create-app.js';
import { drain } from '../drain.js';
import { ModelsService } from '../models/models.service.js';
import { startFault } from '../start-fault.js';
import { Primary } from './primary.js';

/**
 * Runs an HTTP worker: the whole application, but for what the primary has for all of them. When to end is the primary's to say: Ctrl-C
 * and SIGTERM may reach the whole process group. If it cannot start, it tells the primary why and ends.
 */
export async function runWorker(settings: Settings): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {});
  const primary = await Primary.connect();
  try {
    const app = await createApp(settings, primary);
    await app.init();
    // The others answer meanwhile.
    await Promise.race([app.get(ModelsService).whenStarted, primary.untilNeeded()]);
    const connections = new Connections(app.getHttpServer());
    await app.listen(settings.port, settings.host);
    await primary.stopped;
    await drain(app, connections, settings);
    process.exit(0);
  } catch (error) {
    await primary.failed(startFault(error));
    process.exit(1);
  }
}
