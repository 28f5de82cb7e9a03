import type { NamedTensors } from '../engine/engine.js';
import type { Suspect, Tries } from '../engine/pool/second-tries.js';
import type { Turn } from '../turns/order.js';
import { type CrashReport, digestOf, POISON_RULES, Poisons, type PoisonRules } from './poisons.js';

interface Options {
  readonly poison?: PoisonRules;
  readonly onPoison?: (model: string) => void;
}

/** What is to be known of a request. */
interface Requested {
  readonly inputs: NamedTensors;
  readonly turn: Pick<Turn, 'caller'>;
  readonly signal: AbortSignal;
}

/** What is known of requests for one model that end the engine's process. As long as none has, nothing is looked at. */
export class Suspicions {
  private readonly poisons: Poisons;

  constructor(
    private readonly model: string,
    private readonly options: Options,
  ) {
    this.poisons = new Poisons(options.poison ?? POISON_RULES);
  }

  /**
   * @returns whether it must run alone
   * @throws ServingError INPUT_REFUSED, RATE_LIMITED
   */
  check(signature: string, inputs: NamedTensors, caller: string): boolean {
    if (this.poisons.isEmpty) return false;
    const now = Date.now();
    this.poisons.checkCaller(caller, this.model, now);
    const digest = digestOf(signature, inputs);
    this.poisons.checkInput(digest, now);
    return this.poisons.isSuspected(digest, now);
  }

  /** Why a request is not run any more that was let in. */
  refusalOf(signature: string, { inputs, turn }: Requested): unknown {
    try {
      this.check(signature, inputs, turn.caller);
      return undefined;
    } catch (reason) {
      return reason;
    }
  }

  /** How requests that run together are tried: one alone is known for what it does, of several each is tried by itself afterwards. */
  triesOf(signature: string, entries: readonly Requested[], only?: 'second'): Tries {
    if (entries.length > 1) return { only: 'first' };
    const [entry] = entries;
    const suspect = this.suspectOf(signature, entry!);
    return only || this.isSuspected(signature, entry!) ? { only: 'second', suspect } : { suspect };
  }

  /** It was in a run that ended the process, and is not tried again. */
  suspect(signature: string, { inputs }: Requested): void {
    this.poisons.suspect(digestOf(signature, inputs), Date.now());
  }

  private isSuspected(signature: string, { inputs }: Requested): boolean {
    return !this.poisons.isEmpty && this.poisons.isSuspected(digestOf(signature, inputs), Date.now());
  }

  report(): CrashReport | null {
    return this.poisons.report(Date.now());
  }

  private suspectOf(signature: string, entry: Requested): Suspect {
    const { inputs, turn, signal } = entry;
    return {
      beforeSecondTry: () => {
        signal.throwIfAborted();
        this.check(signature, inputs, turn.caller);
      },
      suspect: () => this.suspect(signature, entry),
      convict: (isMemory) => {
        this.poisons.convict(digestOf(signature, inputs), turn.caller, Date.now(), isMemory);
        this.options.onPoison?.(this.model);
      },
    };
  }
}
