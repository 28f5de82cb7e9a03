import type { Choice } from './choose.js';
import type { Point } from './point.js';

/** All that was measured of a model, where, when and with what. */
export interface Tuning {
  readonly model: string;
  readonly version: number;
  readonly measuredAt: Date;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    /** Where the model ran, such as `cpu` or `gpu:0`. */
    readonly device: string;
  };
  readonly software: {
    /** With its version, such as `tensorflow 2.20.0`. */
    readonly engine: string;
    readonly node: string;
    readonly tensornest: string;
  };
  readonly rounds: number;
  readonly sliceMs: number;
  readonly latencyMs: number;
  /** What a batch is made of. */
  readonly rows: 'pictures' | 'rows';
  /** Side of the pictures, in pixels, where the model takes any size. */
  readonly side: number | undefined;
  /** In ascending order of threads, then of batch sizes; at least one. */
  readonly points: readonly Point[];
  readonly choice: Choice;
}

/** The points of each number of threads, in ascending order. */
export function byThreads(points: readonly Point[]): ReadonlyMap<number, readonly Point[]> {
  const groups = new Map<number, Point[]>();
  for (const point of points) groups.set(point.threads, [...(groups.get(point.threads) ?? []), point]);
  return groups;
}
