import { copyTensors } from '../engine/copy-tensors.js';
import type { NamedTensors } from '../engine/engine.js';
import { compareTensors } from '../engine/tensor-difference.js';
import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import { counterpartOf, type NamedVersion, renamed } from './counterpart.js';
import { ModelHandle } from './model-handle.js';
import type { Servable } from './servable.js';
import { haveSameBest } from './scores.js';
import type { ShadowConfig } from './serving-config.js';

/** What became of one copied request. */
export type ShadowOutcome = 'equal' | 'different' | 'failed' | 'skipped';

/** Copies that may run at once: one more is skipped, so that a slow shadow takes nothing from those who wait for an answer. */
const MAX_RUNNING = 4;

/** How long a copy may take, in ms. */
const PATIENCE_MS = 30_000;

/** How many reasons are told apart: some have sizes in them. */
const MAX_REASONS = 8;
const ANOTHER_REASON = 'For another reason than those that are told.';

/** Why comparisons ended as they did, and how many. */
export interface ShadowReason {
  readonly outcome: ShadowOutcome;
  /** A sentence. */
  readonly reason: string;
  count: number;
}

/** What a comparison came to; `reason`: a sentence. */
type Comparison =
  | { readonly outcome: 'equal' }
  | { readonly outcome: ShadowOutcome; readonly reason: string; readonly error?: unknown };

/** What a request was, and its answer by the version that it was given to. */
export interface Answered {
  readonly by: NamedVersion;
  readonly signature: string;
  readonly inputs: NamedTensors;
  readonly outputs: NamedTensors;
}

/** Gives copies of requests to a second version, and compares its answers, which nobody else sees. */
export class Shadow {
  readonly outcomes: Record<ShadowOutcome, number> = { equal: 0, different: 0, failed: 0, skipped: 0 };
  /** Of all outcomes but `equal`, the first that came up first. */
  readonly reasons: ShadowReason[] = [];
  /** Answers of a classification whose best label was another. */
  otherLabels = 0;
  /** The largest difference of two numbers, as a part of the largest number of their output (of 1, if that is less). */
  largestDifference = 0;
  private running = 0;

  /**
   * @param onOutcome told of each comparison
   * @param onReason told of each reason once
   */
  constructor(
    readonly config: ShadowConfig,
    private readonly onOutcome: (version: number, outcome: ShadowOutcome) => void,
    private readonly onReason: (version: number, reason: ShadowReason, error: unknown) => void,
  ) {}

  /** Begins a comparison in the background; never throws. What is compared is the caller's again when this returns. */
  compare(servable: Servable, { inputs, ...answered }: Answered): void {
    const { state, version } = servable;
    if (this.running >= MAX_RUNNING || state !== 'AVAILABLE') {
      const reason =
        state === 'AVAILABLE'
          ? `${MAX_RUNNING} copies were running.`
          : `Version ${version} was not loaded, but in the state ${state}.`;
      this.settle(version, { outcome: 'skipped', reason });
      return;
    }
    this.running += 1;
    const handle = new ModelHandle(servable);
    void this.comparison(handle, { ...answered, inputs: copyTensors(inputs) })
      .catch((error: unknown): Comparison => ({ outcome: 'failed', reason: sentenceOf(error), error }))
      .then((comparison) => this.settle(version, comparison))
      .finally(() => {
        this.running -= 1;
        handle.release();
      });
  }

  private async comparison(
    handle: ModelHandle,
    { by, signature, inputs, outputs: answer }: Answered,
  ): Promise<Comparison> {
    const counterpart = counterpartOf(by, handle, signature);
    if ('reason' in counterpart) return { outcome: 'failed', reason: counterpart.reason };
    const own = renamed(inputs, counterpart.inputs);
    const { outputs } = await handle.run(counterpart.signature, own, copiedCall());
    let different: string | undefined;
    for (const [name, expected] of Object.entries(answer)) {
      const theirs = counterpart.outputs.get(name)!;
      const { worst, largest, says } = compareTensors(expected, outputs[theirs]!);
      if (Number.isFinite(worst)) this.largestDifference = Math.max(this.largestDifference, worst / largest);
      if (worst <= this.config.tolerance * largest) continue;
      different ??= says
        ? `The output "${theirs}" has ${says}.`
        : `The output "${theirs}" is off by more than the tolerance, ${this.config.tolerance}.`;
    }
    const [plan, theirPlan] = [by.ready.plan, handle.ready.plan];
    const isPlanned = signature === plan.signatureName;
    if (isPlanned && plan.task === 'classification' && theirPlan.task === 'classification') {
      const [one, other] = [answer[plan.output], outputs[theirPlan.output]];
      if (one && other && !haveSameBest(theirPlan, one, other)) this.otherLabels += 1;
    }
    return different === undefined ? { outcome: 'equal' } : { outcome: 'different', reason: different };
  }

  private settle(version: number, comparison: Comparison): void {
    const { outcome } = comparison;
    this.outcomes[outcome] += 1;
    if ('reason' in comparison) this.count(version, comparison);
    this.onOutcome(version, outcome);
  }

  private count(
    version: number,
    { outcome, reason: sentence, error }: Extract<Comparison, { reason: string }>,
  ): void {
    const find = (text: string): ShadowReason | undefined =>
      this.reasons.find((one) => one.outcome === outcome && one.reason === text);
    const reason = find(sentence) ?? (this.reasons.length < MAX_REASONS ? undefined : find(ANOTHER_REASON));
    if (reason) {
      reason.count += 1;
      return;
    }
    const told = this.reasons.length < MAX_REASONS ? sentence : ANOTHER_REASON;
    const added = { outcome, reason: told, count: 1 };
    this.reasons.push(added);
    this.onReason(version, added, error);
  }
}

/** Without what one caller alone may know: others are told it at `GET /models`. */
function sentenceOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `It took longer than ${PATIENCE_MS / 1000} s.`;
  if (!(error instanceof ServingError)) return 'It could not be compared.';
  return error.code === 'INPUT_REFUSED' ? 'The version refused the input, or failed on it.' : error.message;
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
