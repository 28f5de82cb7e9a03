import cluster, { type Address, type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { restartDelayMs } from '../engine/host/restart-delay.js';

/** The descriptors of a worker: what it prints goes where the primary's does, and the fourth is the socket pair. */
const STDIO = ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'];
const LINK = 3;

export interface WorkerEvents {
  /** A worker was started; `socket` is this end of its socket pair. */
  readonly onStart: (worker: Worker, socket: Duplex) => void;
  /** A worker is gone, expected or not. */
  readonly onEnd: (worker: Worker) => void;
  /** One went unasked, as the sentence says; another is going to take its place. */
  readonly onLoss: (reason: string) => void;
  /** It listens in the place of one that went. */
  readonly onReplaced: (worker: Worker) => void;
}

/** How long it takes at most until another is started in the place of one that ended before it listened, while none listens, in ms. */
const MOST_DELAY_MS = 1_000;

/** The HTTP workers: as many as were asked for, each replaced when it ends unasked: at once where no other listens. */
export class Workers {
  private readonly listening = new Set<Worker>();
  private readonly losses: number[] = [];
  private waiting: (() => void)[] = [];
  private isStopping = false;
  private isUp = false;

  constructor(
    private readonly count: number,
    private readonly events: WorkerEvents,
  ) {}

  /** @returns where they listen, when all do */
  start(): Promise<Address> {
    cluster.setupPrimary({ stdio: STDIO });
    return new Promise((resolve) => {
      cluster.on('listening', (worker, address) => {
        this.listening.add(worker);
        if (this.isUp) this.events.onReplaced(worker);
        else if (this.listening.size === this.count) {
          this.isUp = true;
          resolve(address);
        }
      });
      cluster.on('exit', (worker, code, signal) => this.ended(worker, signal ?? `exit code ${code}`));
      for (let index = 0; index < this.count; index++) this.fork();
    });
  }

  /** Resolves at once until all listen, and when none does. */
  untilNobodyListens(): Promise<void> {
    if (!this.isUp || this.listening.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** @param ask tells a worker to finish what it has in flight and end; one that does not listen yet has nothing @param graceMs for which it may */
  async stop(ask: (worker: Worker) => void, graceMs: number): Promise<void> {
    this.isStopping = true;
    await Promise.all(
      Object.values(cluster.workers ?? {})
        .filter((worker) => worker !== undefined)
        .map(async (worker) => {
          const exited = once(worker.process, 'exit');
          if (this.listening.has(worker)) ask(worker);
          else worker.process.kill('SIGKILL');
          const timer = setTimeout(() => worker.process.kill('SIGKILL'), graceMs);
          await exited;
          clearTimeout(timer);
        }),
    );
  }

  private fork(): void {
    const worker = cluster.fork();
    this.events.onStart(worker, worker.process.stdio[LINK] as Duplex);
  }

  private ended(worker: Worker, reason: string): void {
    const listened = this.listening.delete(worker);
    this.events.onEnd(worker);
    if (this.isStopping) return;
    this.losses.push(Date.now());
    if (this.losses.length > 16) this.losses.shift();
    this.events.onLoss(`HTTP worker ${worker.id} (pid ${worker.process.pid}) ended (${reason}).`);
    setTimeout(() => {
      if (!this.isStopping) this.fork();
    }, this.delayMs(listened));
    if (this.listening.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }

  private delayMs(listened: boolean): number {
    const delayMs = restartDelayMs(this.losses, Date.now());
    if (this.listening.size > 0) return delayMs;
    return listened ? 0 : Math.min(delayMs, MOST_DELAY_MS);
  }
}
