import { createHash } from 'node:crypto';
import type { NamedTensors } from '../engine/engine.js';
import { ServingError } from '../errors/serving-error.js';

export interface PoisonRules {
  /** How long an input that ended the engine's process is refused, in ms. */
  readonly refusedMs: number;
  /** How many such inputs of one caller within that time hold the caller back. */
  readonly mostPerCaller: number;
}

export const POISON_RULES: PoisonRules = { refusedMs: 600_000, mostPerCaller: 3 };

/** What is refused of a model because it ended the engine's process. */
export interface CrashReport {
  readonly refusedInputs: number;
  /** How many of them made it take more memory than it may. */
  readonly overMemory: number;
  /** None of whose requests is run with the model. */
  readonly refusedKeys: number;
  /** Until when something is, as ISO 8601. */
  readonly until: string;
}

interface Known {
  readonly caller: string;
  readonly until: number;
  readonly isMemory: boolean;
}

const MEMORY =
  ', since the model took more memory for it than its limit, ENGINE_MEMORY_BYTES; send fewer rows at once';

/** More are not remembered; the oldest go first. */
const MOST_KNOWN = 1000;

/** The inputs that ended the engine's process while it ran one model, by their digest, and whose they were. */
export class Poisons {
  private readonly known = new Map<string, Known>();
  /** Inputs that were in a run that ended the process, of which nothing more is known: each runs alone when it comes again. */
  private readonly suspected = new Map<string, number>();

  constructor(private readonly rules: PoisonRules = POISON_RULES) {}

  /** Whether nothing need be looked for. */
  get isEmpty(): boolean {
    return this.known.size === 0 && this.suspected.size === 0;
  }

  /** @param now in ms of `Date.now()`, as all times here */
  convict(digest: string, caller: string, now: number, isMemory = false): void {
    this.suspected.delete(digest);
    this.known.delete(digest);
    this.known.set(digest, { caller, until: now + this.rules.refusedMs, isMemory });
    dropOldest(this.known);
  }

  suspect(digest: string, now: number): void {
    this.suspected.delete(digest);
    this.suspected.set(digest, now + this.rules.refusedMs);
    dropOldest(this.suspected);
  }

  isSuspected(digest: string, now: number): boolean {
    return (this.suspected.get(digest) ?? 0) > now;
  }

  /** @throws ServingError INPUT_REFUSED */
  checkInput(digest: string, now: number): void {
    this.forget(now);
    const known = this.known.get(digest);
    if (!known) return;
    const sentence =
      `This input ended the engine's process when it was run before${known.isMemory ? MEMORY : ''}. ` +
      `It is refused for ${seconds(known.until - now)} s; other inputs are answered.`;
    throw new ServingError('INPUT_REFUSED', sentence);
  }

  /** @throws ServingError RATE_LIMITED */
  checkCaller(caller: string, model: string, now: number): void {
    this.forget(now);
    const untils = [...this.known.values()].filter((one) => one.caller === caller).map(({ until }) => until);
    if (untils.length < this.rules.mostPerCaller) return;
    const retryAfter = seconds(untils[untils.length - this.rules.mostPerCaller]! - now);
    const sentence =
      `${untils.length} inputs that you sent to the model "${model}" ended the engine's process. ` +
      `None of yours is run with it for ${retryAfter} s.`;
    throw new ServingError('RATE_LIMITED', sentence, { retryAfter });
  }

  /** `null`: nothing is refused. */
  report(now: number): CrashReport | null {
    this.forget(now);
    if (this.known.size === 0) return null;
    const counts = new Map<string, number>();
    for (const { caller } of this.known.values()) counts.set(caller, (counts.get(caller) ?? 0) + 1);
    const until = Math.max(...Array.from(this.known.values(), (one) => one.until));
    return {
      refusedInputs: this.known.size,
      overMemory: Array.from(this.known.values()).filter(({ isMemory }) => isMemory).length,
      refusedKeys: [...counts.values()].filter((count) => count >= this.rules.mostPerCaller).length,
      until: new Date(until).toISOString(),
    };
  }

  private forget(now: number): void {
    for (const [digest, { until }] of this.known) if (until <= now) this.known.delete(digest);
    for (const [digest, until] of this.suspected) if (until <= now) this.suspected.delete(digest);
  }
}

function dropOldest(known: Map<string, unknown>): void {
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN) known.delete(oldest!);
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** The same for the same inputs of a signature, and for no others. */
export function digestOf(signature: string, inputs: NamedTensors): string {
  const hash = createHash('sha256').update(JSON.stringify(signature));
  for (const name of Object.keys(inputs).toSorted()) {
    const { dtype, shape, data, normalise } = inputs[name]!;
    hash.update(JSON.stringify([name, dtype, shape, normalise ?? null]));
    if (ArrayBuffer.isView(data)) {
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    } else {
      for (const bytes of data) hash.update(`${bytes.byteLength}:`).update(bytes);
    }
  }
  return hash.digest('base64');
}
