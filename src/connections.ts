import type { Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** For how long clients may keep a connection that is idle, in ms. */
const KEEP_ALIVE_MS = 5_000;
/** When the last idle one has ended: Node's timers are late by up to a second. */
export const MOST_KEPT_MS = KEEP_ALIVE_MS + 1_500;
const POLL_MS = 50;

/** The connections of a server, as far as its end is concerned: what clients keep open for their next request shall not be reset. */
export class Connections {
  private readonly open = new Set<Socket>();
  private readonly unanswered = new Set<ServerResponse>();
  private isEnding = false;

  /** @param server before it listens */
  constructor(private readonly server: Server) {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on('connection', (socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
    server.prependListener('request', (_request, response) => {
      if (this.isEnding) response.shouldKeepAlive = false;
      this.unanswered.add(response);
      response.once('close', () => this.unanswered.delete(response));
    });
  }

  /** From now on each answer says `Connection: close`, those that are being made too: its client sends the next request elsewhere. */
  endWithNextAnswer(): void {
    this.isEnding = true;
    for (const response of this.unanswered) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  /**
   * Takes no new connections, and waits until those there are have ended: by an answer, or because they have been idle for the
   * time that clients are told they may keep them (`Keep-Alive: timeout=5`).
   */
  async ended(): Promise<void> {
    Listener.prototype.close.call(this.server); // That of `http.Server` would close idle ones at once.
    const end = performance.now() + MOST_KEPT_MS;
    while (this.open.size > this.unanswered.size && performance.now() < end) await sleep(POLL_MS);
  }
}
