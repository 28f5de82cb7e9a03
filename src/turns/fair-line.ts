import type { Call } from './call.js';
import { compareTurns, FairTurns, type Turn } from './order.js';
import type { WaitingLine } from './permits.js';

interface Entry {
  readonly go: () => void;
  readonly turn: Turn;
  readonly cost: number;
}

/** What one caller has waiting, in order of arrival. */
interface CallerLine {
  readonly entries: Entry[];
  servedAt: number;
}

/**
 * A line in which callers take turns: the class of the key first, then whoever was given least. `cost` is in any one unit, such
 * as bytes.
 */
export class FairLine implements WaitingLine<[call: Call, cost: number]> {
  private readonly lines = new Map<string, CallerLine>();
  private readonly turns = new FairTurns();

  /** @param now in ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  add(go: () => void, call: Call, cost: number): void {
    const { caller } = call;
    const turn = this.turns.turnFor(call, cost, this.now());
    const line = this.lines.get(caller) ?? { entries: [], servedAt: -Infinity };
    line.entries.push({ go, turn, cost });
    this.lines.set(caller, line);
  }

  shift(): (() => void) | undefined {
    const now = this.now();
    let first: { readonly line: CallerLine; readonly turn: Turn } | undefined;
    for (const line of this.lines.values()) {
      const turn = headOf(line);
      if (first === undefined || compareTurns(turn, first.turn, now) < 0) first = { line, turn };
    }
    if (first === undefined) return undefined;
    const { line, turn } = first;
    const { go } = line.entries.shift()!;
    line.servedAt = now;
    this.forgetEmpty(turn.caller, line);
    this.turns.served(turn);
    return go;
  }

  delete(go: () => void): void {
    for (const [caller, line] of this.lines) {
      const at = line.entries.findIndex((entry) => entry.go === go);
      if (at === -1) continue;
      const [entry] = line.entries.splice(at, 1);
      this.turns.gaveUp(entry!.turn, entry!.cost);
      this.forgetEmpty(caller, line);
      return;
    }
  }

  private forgetEmpty(caller: string, line: CallerLine): void {
    if (line.entries.length === 0) this.lines.delete(caller);
  }
}

function headOf({ entries, servedAt }: CallerLine): Turn {
  const { turn } = entries[0]!;
  return turn.arrived >= servedAt ? turn : { ...turn, arrived: servedAt };
}
