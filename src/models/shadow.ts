import type { NamedTensors } from '../engine/engine.js';
import { compareTensors } from '../engine/tensor-difference.js';
import { ModelHandle } from './model-handle.js';
import type { Servable } from './servable.js';
import type { Call } from '../turns/call.js';
import { haveSameBest } from './scores.js';
import type { ShadowConfig } from './serving-config.js';

/** What became of one copied request. */
export type ShadowOutcome = 'equal' | 'different' | 'failed' | 'skipped';

/** Copies that may run at once: one more is skipped, so that a slow shadow takes nothing from those who wait for an answer. */
const MAX_RUNNING = 4;

/** How long a copy may take, in ms. */
const PATIENCE_MS = 30_000;

/** Gives copies of requests to a second version, and compares its answers, which nobody else sees. */
export class Shadow {
  readonly outcomes: Record<ShadowOutcome, number> = { equal: 0, different: 0, failed: 0, skipped: 0 };
  /** Answers of a classification whose best label was another. */
  otherLabels = 0;
  /** The largest difference of two numbers, as a part of the largest number of their output (of 1, if that is less). */
  largestDifference = 0;
  private running = 0;

  constructor(
    readonly config: ShadowConfig,
    private readonly onOutcome: (version: number, outcome: ShadowOutcome) => void,
  ) {}

  /** Begins a comparison in the background; never throws. */
  compare(servable: Servable, signature: string, inputs: NamedTensors, answer: NamedTensors): void {
    if (this.running >= MAX_RUNNING || servable.state !== 'AVAILABLE') {
      this.settle(servable.version, 'skipped');
      return;
    }
    this.running += 1;
    const handle = new ModelHandle(servable, undefined);
    void this.outcomeOf(handle, signature, inputs, answer)
      .catch((): ShadowOutcome => 'failed')
      .then((outcome) => this.settle(handle.version, outcome))
      .finally(() => {
        this.running -= 1;
        handle.release();
      });
  }

  private async outcomeOf(
    handle: ModelHandle,
    signature: string,
    inputs: NamedTensors,
    answer: NamedTensors,
  ): Promise<ShadowOutcome> {
    if (!Object.hasOwn(handle.ready.loaded.signatures, signature)) return 'failed';
    const { outputs } = await handle.run(signature, inputs, copiedCall());
    let equal = true;
    for (const [name, expected] of Object.entries(answer)) {
      const found = outputs[name];
      if (!found) return 'failed';
      const { worst, largest } = compareTensors(expected, found);
      if (Number.isFinite(worst)) this.largestDifference = Math.max(this.largestDifference, worst / largest);
      equal &&= worst <= this.config.tolerance * largest;
    }
    const { plan } = handle.ready;
    if (plan.task === 'classification' && answer[plan.output] && outputs[plan.output]) {
      if (!haveSameBest(plan, answer[plan.output]!, outputs[plan.output]!)) this.otherLabels += 1;
    }
    return equal ? 'equal' : 'different';
  }

  private settle(version: number, outcome: ShadowOutcome): void {
    this.outcomes[outcome] += 1;
    this.onOutcome(version, outcome);
  }
}

/** A copy runs after those who wait for an answer. */
function copiedCall(): Call {
  return {
    signal: AbortSignal.timeout(PATIENCE_MS),
    deadline: performance.now() + PATIENCE_MS,
    caller: 'shadow',
    priority: 'low',
  };
}
