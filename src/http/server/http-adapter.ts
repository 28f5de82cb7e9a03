import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Settings } from '../../config/settings.js';

/** How much longer than its body a whole request may take to arrive, in ms: it waits for room in memory, too. */
const MARGIN_MS = 10_000;
/** How often connections are looked at, in ms; Node's own 30 s would be longer than the times that are looked at. */
const LOOK_MS = 1_000;

/** Express on an HTTP server whose times are ours. That a request has no `Host` is told by `answerOddRequests`. */
export class HttpAdapter extends ExpressAdapter {
  constructor(private readonly settings: Pick<Settings, 'headerTimeoutMs' | 'bodyTimeoutMs'>) {
    super();
  }

  override initHttpServer(): void {
    const { headerTimeoutMs, bodyTimeoutMs } = this.settings;
    const options = {
      headersTimeout: headerTimeoutMs,
      requestTimeout: headerTimeoutMs + bodyTimeoutMs + MARGIN_MS,
      connectionsCheckingInterval: LOOK_MS,
      requireHostHeader: false,
    };
    this.httpServer = createServer(options, this.getInstance()) as never;
  }
}
