import { dirname } from 'node:path';
import { Logger } from '@nestjs/common';
import { type FSWatcher, watch } from 'chokidar';
import type { Origin } from './model-places.js';

/** How soon after a change is seen, or something was seen being written, the next look follows, in ms. */
const SOON_MS = 250;

/** A look takes at most this part of the time, however many models there are. */
const MOST_OF_TIME = 1 / 20;

/** Models, versions, the files in them, and those in `variables`. */
const DEPTH = 3;

/**
 * Has the models looked at again and again, and soon after the file system told of a change, where it tells. A disk that
 * tells nothing, such as a network's, is looked at all the same.
 */
export class ModelWatch {
  private readonly logger = new Logger('Models');
  private timer: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private looking: Promise<void> | undefined;
  private changed = false;
  private stopped = false;

  /**
   * @param pollMs 0 for never
   * @param look whether to look again soon
   */
  constructor(
    private readonly origin: Origin,
    private readonly pollMs: number,
    private readonly look: () => Promise<boolean>,
  ) {}

  start(): void {
    if (this.pollMs === 0) return;
    this.watcher = watch(watched(this.origin), {
      depth: DEPTH,
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
    });
    this.watcher.on('all', () => {
      this.changed = true;
      if (!this.looking) this.lookIn(SOON_MS);
    });
    this.watcher.on('error', (error) =>
      this.logger.debug(`Changes of models are found by looking alone: ${String(error)}`),
    );
    this.lookIn(this.pollMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.watcher?.close();
    await this.looking;
  }

  private lookIn(ms: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.looking = this.lookNow().finally(() => {
        this.looking = undefined;
      });
    }, ms);
    this.timer.unref();
  }

  private async lookNow(): Promise<void> {
    this.changed = false;
    const started = performance.now();
    const pending = await this.look();
    const tookMs = performance.now() - started;
    const soon = pending || this.changed;
    this.lookIn(Math.max(soon ? SOON_MS : this.pollMs, tookMs / MOST_OF_TIME));
  }
}

function watched(origin: Origin): string {
  switch (origin.kind) {
    case 'folder':
      return origin.directory;
    case 'config-file':
      return dirname(origin.file);
    case 'model':
      return origin.basePath;
  }
}
