import { Inject, Injectable, Optional } from '@nestjs/common';
import { Registry } from 'prom-client';
import { type MetricsJson, metricsJson, type ModelScope, textOfMetrics } from './metrics-json.js';

/** Sums a page over all processes of the server, where there are several. */
export interface MetricsOfAll {
  /** Asked for this process's own share of a page. */
  onShare: (page: string) => Promise<MetricsJson>;
  text(page: string, models: ModelScope): Promise<string>;
}

export const METRICS_OF_ALL = Symbol('metrics of all processes');

/** The pages of metrics that this process answers, by name. */
@Injectable()
export class MetricsPages {
  private readonly pages = new Map<string, Registry>();

  constructor(@Optional() @Inject(METRICS_OF_ALL) private readonly ofAll: MetricsOfAll | null) {
    if (ofAll) ofAll.onShare = (page) => this.share(page);
  }

  add(page: string, registry: Registry): void {
    this.pages.set(page, registry);
  }

  /** What this process has to add to a page; nothing if it does not know it. */
  async share(page: string): Promise<MetricsJson> {
    const registry = this.pages.get(page);
    return registry ? metricsJson(registry) : [];
  }

  /**
   * A page in the Prometheus text format, over all processes.
   * @param models whose series are told, where not everything is
   */
  async text(page: string, models: ModelScope): Promise<string> {
    if (this.ofAll) return this.ofAll.text(page, models);
    if (models) return textOfMetrics([await this.share(page)], models);
    return (await this.pages.get(page)?.metrics()) ?? '';
  }
}
