import type { EndedBy } from '../host/host-process.js';
import type { HandOver } from '../host/supervised-engine-options.js';

/** What an engine process tells of itself. `of` begins a sentence about one of several: `Engine 2: `, or is empty. */
export type EngineReport = { readonly of: string } & (
  | { readonly kind: 'output'; readonly line: string }
  | { readonly kind: 'crash'; readonly reason: string; readonly by: EndedBy }
  | { readonly kind: 'hand-over-failed' | 'no-trial' | 'network'; readonly reason: string }
  | { readonly kind: 'restart'; readonly pid: number | undefined }
  | { readonly kind: 'hand-over'; readonly handOver: HandOver }
);

/** Engines start before there is a log: what they tell is kept until somebody listens. */
export class EngineReports {
  private kept: EngineReport[] = [];
  private listener: ((report: EngineReport) => void) | undefined;

  tell(report: EngineReport): void {
    if (this.listener) this.listener(report);
    else this.kept.push(report);
  }

  listen(listener: (report: EngineReport) => void): void {
    this.listener = listener;
    for (const report of this.kept.splice(0)) listener(report);
  }
}
