import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { formatBytes } from './format-bytes.js';
import { hasGrown } from './growth.js';
import type { HostProcess } from './host-process.js';

/** How often a process that works is looked at, in ms. */
const SAMPLE_MS = 50;
/** From this share of the limit on, another process is made ready beside it. */
const NEAR = 0.85;
/** How often it is told that a process is near its limit, in ms. */
const TOLD_MS = 10_000;
/** By default all engine processes together may take this share of the machine's memory, or of the container's. */
const SHARE = 0.85;
/** As `GrowthWatch` has it. */
const GROWTH = { share: 0.05, leastBytes: 16 * 2 ** 20 };
const PAGE_BYTES = 4096;

/**
 * How much memory each engine process may take, in bytes.
 * @param wanted ENGINE_MEMORY_BYTES; 0: an equal part of a share of what there is
 */
export function memoryLimit(wanted: number, hosts: number): number {
  if (wanted > 0) return wanted;
  const constrained = process.constrainedMemory();
  const there = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor((there * SHARE) / hosts);
}

/**
 * What a process has taken of the memory that only its end or itself gives back, in bytes: files that it has mapped do not count, which the kernel
 * takes away from it. `undefined` where there is no `/proc`.
 */
export function privateBytesOf(pid: number): number | undefined {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    return (resident! - shared!) * PAGE_BYTES;
  } catch {
    return undefined;
  }
}

/** Ends a process that takes more memory than it may, before the kernel ends whatever it chooses. */
export class MemoryLimit {
  /** What the host in service took when nothing had run in it since its last load. */
  private fresh: number | undefined;

  /**
   * @param bytes Infinity: there is none
   * @param onNear a process comes near it
   */
  constructor(
    private readonly bytes: number,
    private readonly onNear: () => void,
  ) {}

  /** Until it has ended. A process that has nothing to do does not grow, and is not looked at. */
  watch(host: HostProcess): void {
    if (this.bytes === Infinity) return;
    let wasBusy = true;
    let toldAt = -Infinity;
    const timer = setInterval(() => {
      if (host.hasEnded) clearInterval(timer);
      else if (host.isBusy || wasBusy) look();
      wasBusy = host.isBusy;
    }, SAMPLE_MS).unref();
    const look = (): void => {
      const taken = this.takenBy(host);
      if (taken > this.bytes) host.kill(this.sentence(taken), 'memory');
      if (taken <= this.bytes * NEAR || performance.now() - toldAt < TOLD_MS) return;
      toldAt = performance.now();
      this.onNear();
    };
  }

  /** It is in service, and has loaded what it holds. */
  settled(host: HostProcess): void {
    this.fresh = this.takenBy(host);
  }

  /** What a fresh process would take, if this one is near the limit and a fresh one would be less so; else `null`. */
  worthReplacing(host: HostProcess): number | null {
    const taken = this.takenBy(host);
    if (this.fresh === undefined || taken <= this.bytes * NEAR) return null;
    return hasGrown(taken, this.fresh, GROWTH) ? this.fresh : null;
  }

  private takenBy({ pid }: HostProcess): number {
    return (pid === undefined ? undefined : privateBytesOf(pid)) ?? 0;
  }

  private sentence(taken: number): string {
    const limit = `ENGINE_MEMORY_BYTES, ${formatBytes(this.bytes)}`;
    return `The engine process took ${formatBytes(taken)}, more than its limit (${limit}), and was ended.`;
  }
}
