import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RunKey } from '../access/keys/run-key.js';
import type { RequestCounts } from '../access/limits/request-counts.js';
import type { MetricsJson } from '../metrics/metrics-json.js';
import type { MetricsOfAll } from '../metrics/metrics-pages.js';
import type { Shared } from '../shared.module.js';
import { Link } from './link.js';
import type { PrimaryCalls, WorkerCalls } from './protocol.js';
import { RemoteBatching } from './remote-batching.js';
import { RemoteEngine } from './remote-engine.js';

/** The socket pair to the primary, which makes it: see `workers.ts`. */
const LINK_FD = 3;

/** The primary as a worker sees it: what all workers share. */
export class Primary implements Shared {
  readonly engine: RemoteEngine;
  readonly batching: RemoteBatching;
  readonly counts: RequestCounts;
  readonly metrics: MetricsOfAll;
  /** Told once, when this worker is to finish what is in flight and end. */
  readonly stopped: Promise<void>;
  private readonly link: Link<PrimaryCalls, WorkerCalls>;
  private runKeyHasEnded = false;
  private onEndRunKey: () => void = () => {};

  /** @param socket by default the pair to the primary of this process, which is a worker */
  static async connect(
    socket: Duplex = new Socket({ fd: LINK_FD, readable: true, writable: true }),
  ): Promise<Primary> {
    const primary = new Primary(socket);
    await primary.engine.connect();
    return primary;
  }

  private constructor(socket: Duplex) {
    let stop!: () => void;
    this.stopped = new Promise((resolve) => (stop = resolve));
    const link: Link<PrimaryCalls, WorkerCalls> = new Link<PrimaryCalls, WorkerCalls>(
      socket,
      {
        lost: async ({ model, reason }) => {
          this.engine.onLost(model, reason);
          return { body: null };
        },
        endRunKey: async () => {
          this.runKeyHasEnded = true;
          this.onEndRunKey();
          return { body: null };
        },
        metrics: async ({ page }) => ({ body: await this.metrics.onShare(page) }),
        stop: async () => {
          stop();
          return { body: null };
        },
      },
      () => {}, // Node ends a worker whose primary is gone.
    );
    this.link = link;
    this.engine = new RemoteEngine(link);
    this.batching = new RemoteBatching(link);
    this.counts = {
      count: async (limit, caller) => (await link.call('count', { limit, caller })).body,
    };
    this.metrics = {
      onShare: async (): Promise<MetricsJson> => [],
      text: async (page, models) => (await link.call('metrics', { page, models })).body,
    };
  }

  /** The key of this run, as the primary made it for all. */
  async runKey(): Promise<RunKey> {
    const { body: text } = await this.link.call('runKey', {});
    return {
      text,
      end: () => void this.link.call('endRunKey', {}).catch(() => {}), // Who ends with the primary needs no key.
      onEnd: (listener) => {
        this.onEndRunKey = listener;
        if (this.runKeyHasEnded) listener();
      },
    };
  }

  /** Once this worker must listen, whether its models are there or not, for no other does. */
  async untilNeeded(): Promise<void> {
    await this.link.call('isNeeded', {});
  }

  /** Tells that this worker cannot start. @param reason for people */
  async failed(reason: string): Promise<void> {
    await this.link.call('failed', { reason }).catch(() => {}); // Its exit says the same, with less words.
  }
}
