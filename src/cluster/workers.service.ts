import type { Address, Worker } from 'node:cluster';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Batching } from '../batching/batching.js';
import { BATCHING } from '../batching/batching.token.js';
import { SETTINGS_TOKEN } from '../config/config.module.js';
import type { Settings } from '../config/settings.js';
import { MOST_KEPT_MS } from '../connections.js';
import { ENGINE } from '../engine/engine.token.js';
import type { ServingEngine } from '../engine/pool/serving-engine.js';
import { KeyStore } from '../access/keys/key-store.js';
import { RequestCounter } from '../access/limits/request-counts.js';
import { MetricsPages } from '../metrics/metrics-pages.js';
import { StartError } from '../start-fault.js';
import { MetricsOfWorkers } from './metrics-of-workers.js';
import { SharedModels } from './shared-models.js';
import { type Shared, WorkerDesk } from './worker-desk.js';
import { Workers } from './workers.js';

/** How much longer than its requests in flight may take a worker may take to end, in ms. */
const GRACE_MS = 5_000;

/** The HTTP workers, and for each a desk where it gets what the primary has for all. */
@Injectable()
export class WorkersService {
  private readonly logger = new Logger('Workers');
  private readonly desks = new Map<Worker, WorkerDesk>();
  private readonly shared: Shared;
  private readonly metrics: MetricsOfWorkers;
  private readonly workers: Workers;
  /** Until all listen: what to do if one says that it cannot. */
  private onFailure: ((error: StartError) => void) | undefined;

  constructor(
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    @Inject(ENGINE) engine: ServingEngine,
    @Inject(BATCHING) batching: Batching,
    counts: RequestCounter,
    private readonly keys: KeyStore,
    pages: MetricsPages,
  ) {
    this.metrics = new MetricsOfWorkers((page) => pages.share(page));
    this.keys.onTemporaryEnd = () => this.tellRunKeyEnded();
    this.shared = {
      engine,
      batching,
      models: new SharedModels(engine, batching, (name) =>
        this.logger.debug(`The engine loads ${name} for the workers.`),
      ),
      counts,
      runKey: () => keys.temporaryInForce(Date.now()) ?? null,
      endRunKey: () => {
        keys.endTemporary();
        this.tellRunKeyEnded();
      },
      metrics: (page, models) => this.metrics.text(page, models),
      untilNeeded: () => this.workers.untilNobodyListens(),
      failed: (reason) => this.failed(reason),
    };
    this.workers = new Workers(settings.httpWorkers, {
      onStart: (worker, socket) => this.welcome(worker, socket),
      onEnd: (worker) => this.forget(worker),
      onLoss: (reason) => this.logger.error(`${reason} Another takes its place.`),
      onReplaced: ({ id, process: { pid } }) =>
        this.logger.log(`HTTP worker ${id} (pid ${pid}) takes its place.`),
    });
  }

  /**
   * @returns where they listen, when all do
   * @throws StartError if one cannot
   */
  async start(): Promise<Address> {
    try {
      return await new Promise((resolve, reject) => {
        this.onFailure = reject;
        void this.workers.start().then(resolve);
      });
    } finally {
      this.onFailure = undefined;
    }
  }

  /** Resolves when they have finished what is in flight and ended, or were ended. */
  async stop(): Promise<void> {
    const { drainDelayMs, shutdownTimeoutMs } = this.settings;
    const drainMs = drainDelayMs > 0 ? drainDelayMs + MOST_KEPT_MS : 0;
    await this.workers.stop(
      (worker) => this.desks.get(worker)?.stop(),
      drainMs + shutdownTimeoutMs + GRACE_MS,
    );
  }

  private welcome(worker: Worker, socket: Duplex): void {
    const desk = new WorkerDesk(socket, this.shared);
    this.desks.set(worker, desk);
    this.metrics.add(desk.readMetrics);
  }

  private forget(worker: Worker): void {
    const desk = this.desks.get(worker);
    if (desk) this.metrics.remove(desk.readMetrics);
    this.desks.delete(worker);
  }

  private tellRunKeyEnded(): void {
    for (const desk of this.desks.values()) desk.endRunKey();
  }

  private failed(reason: string): void {
    if (this.onFailure) this.onFailure(new StartError(reason));
    else this.logger.error(`An HTTP worker cannot start. ${reason}`);
  }
}
