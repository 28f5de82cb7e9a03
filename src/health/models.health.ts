import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ModelsService } from '../models/models.service.js';
import { Lifecycle } from './lifecycle.js';

/** Readiness: the models' states, and whether the server is shutting down. */
@Injectable()
export class ModelsHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly models: ModelsService,
    private readonly lifecycle: Lifecycle,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('models');
    const all = this.models.all();
    // Not by name: nobody is asked for a key here.
    const states: Record<string, number> = {};
    for (const { foremost } of all) {
      const state = foremost?.state ?? 'END';
      states[state] = (states[state] ?? 0) + 1;
    }
    const engine = this.models.engineInfo;
    if (this.lifecycle.shuttingDown)
      return indicator.down({ reason: 'The server is shutting down.', engine, states });
    if (!this.models.isStarted) return indicator.down({ reason: 'Models are being loaded.', engine, states });
    const usable = all.filter(({ serving }) => serving.length > 0).length;
    if (usable === 0) return indicator.down({ reason: 'No model can be used.', engine, states });
    if (!(await this.models.isServing())) {
      const reason = 'The engine is being replaced, and it takes longer than its loads took.';
      return indicator.down({ reason, engine, states });
    }
    const failed = all.length - usable;
    return indicator.up({
      ...(failed > 0 && { reason: `${failed} of ${all.length} models cannot be used.` }),
      engine,
      states,
    });
  }
}
