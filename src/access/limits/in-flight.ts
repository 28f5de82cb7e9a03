import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../../config/config.module.js';
import type { Settings } from '../../config/settings.js';
import { ServingError } from '../../errors/serving-error.js';

/** Bounds how many requests of one caller are in flight: each HTTP worker its share. */
@Injectable()
export class InFlight {
  private readonly counts = new Map<string, number>();
  private readonly most: number;

  constructor(@Inject(SETTINGS_TOKEN) { maxConcurrentRequests, httpWorkers }: Settings) {
    this.most = Math.ceil(maxConcurrentRequests / httpWorkers);
  }

  /**
   * One more is in flight.
   * @returns to be called once, when it is answered or given up
   * @throws ServingError RATE_LIMITED
   */
  enter(caller: string): () => void {
    const count = this.counts.get(caller) ?? 0;
    if (count >= this.most) {
      const sentence = `You have ${count} requests in flight, which is the most. Send the next one when one is answered.`;
      throw new ServingError('RATE_LIMITED', sentence, {
        retryAfter: 1,
        violatedPolicies: ['concurrent-requests'],
      });
    }
    this.counts.set(caller, count + 1);
    return () => this.leave(caller);
  }

  private leave(caller: string): void {
    const left = this.counts.get(caller)! - 1;
    if (left === 0) this.counts.delete(caller);
    else this.counts.set(caller, left);
  }
}
