import { ServingError } from '../errors/serving-error.js';
import type { Call } from '../turns/call.js';
import { costBefore, compareTurns, FairTurns, type Turn } from '../turns/order.js';
import type { Standing } from './batching.js';
import { deadlineUnreachable, retryAfter } from './deadline-unreachable.js';
import { type Caller, type Work, Workplaces, type WorkplacesOptions } from './workplaces.js';

export interface AdmissionLimits {
  /** Most rows of one version that wait or are worked on. */
  readonly maxRows: number;
  /** Most bytes of their requests. */
  readonly maxBytes: number;
}

/** Why somebody is refused, as the metrics name it. */
export type RefusalReason = 'queue-full' | 'deadline';

/** Somebody who was let in. */
export interface Admitted {
  /** The call to go on with: its signal aborts as the original one does, and with QUEUE_FULL when another goes before it. */
  readonly call: Call;
  /**
   * Does the work for it when its turn has come.
   * @throws ServingError DEADLINE_UNREACHABLE where it waited until it could not be answered in time any more; or the signal's reason
   */
  inTurn<P, T>(work: Work<P, T>): Promise<T>;
  /** To be called when the work for it has ended, however it did. */
  leave(): void;
}

interface Guest {
  readonly rows: number;
  readonly bytes: number;
  readonly turn: Turn;
  readonly controller: AbortController;
  /** It has not come to the engine's queue, which does not know of it. */
  isComing: boolean;
  /** It does not count any more, and hears of nothing. */
  forget(): void;
}

/** All of one caller that are in, in order of arrival; never empty. */
interface Party {
  /** When one of them last left. */
  servedAt: number;
  readonly guests: Guest[];
}

interface Sum {
  rows: number;
  bytes: number;
}

/**
 * The bounded entrance of one version, before a picture is decoded: all that is in, waiting or worked on, counts. Where there is no more
 * room, whoever would be served last is refused, the newcomer or the last one in: a caller that floods shuts no other out.
 */
export class Admission {
  private readonly parties = new Map<string, Party>();
  private readonly turns = new FairTurns();
  private readonly sum: Sum = { rows: 0, bytes: 0 };
  /** Of those, the rows that have not come to the engine's queue. */
  private coming = 0;
  private readonly workplaces: Workplaces;

  constructor(
    private readonly limits: AdmissionLimits,
    workplaces: WorkplacesOptions,
    private readonly onRefused?: (reason: RefusalReason) => void,
  ) {
    this.workplaces = new Workplaces(workplaces, () => this.onRefused?.('deadline'));
  }

  /** What is in. */
  get inside(): Readonly<Sum> {
    return this.sum;
  }

  /**
   * Lets a request in, or refuses it.
   * @param bytes of the request's body, or of its part for these rows
   * @throws ServingError REQUEST_TOO_LARGE, DEADLINE_UNREACHABLE, QUEUE_FULL; or the signal's reason
   */
  enter(rows: number, bytes: number, call: Call): Admitted {
    call.signal.throwIfAborted();
    this.checkSize(rows, bytes);
    const now = performance.now();
    this.checkDeadline(rows, call, now);
    for (const guest of this.makeRoom(rows, bytes, call, now)) {
      guest.forget();
      this.turns.gaveUp(guest.turn, guest.rows);
      guest.controller.abort(this.full(guest.turn));
    }
    return this.letIn(rows, bytes, call, now);
  }

  /**
   * What would not fit if nobody else were in never will.
   * @throws ServingError REQUEST_TOO_LARGE
   */
  checkSize(rows: number, bytes: number): void {
    const { maxRows, maxBytes } = this.limits;
    if (rows <= maxRows && bytes <= maxBytes) return;
    const has = rows > maxRows ? `${rows} rows` : `${bytes} bytes`;
    const most = rows > maxRows ? `${maxRows} (MAX_QUEUE)` : `${maxBytes} (MAX_QUEUE_BYTES)`;
    const sentence = `The request has ${has}; a model takes ${most} at once. Send it in parts.`;
    throw new ServingError('REQUEST_TOO_LARGE', sentence);
  }

  private checkDeadline(rows: number, call: Call, now: number): void {
    const most = this.workplaces.expectedMs(rows, call, asNewcomer(this.coming)); // Quick, and nearly always enough.
    if (now + most <= call.deadline) return;
    const ms = this.workplaces.expectedMs(rows, call, asNewcomer(this.comingBefore(call, now)));
    if (now + ms <= call.deadline) return;
    this.onRefused?.('deadline');
    throw deadlineUnreachable(ms, most);
  }

  /** How many rows go before a newcomer that have not come to the engine's queue. */
  private comingBefore(call: Caller, now: number): number {
    const lines = Array.from(this.parties.values(), ({ servedAt, guests: entries }) => ({
      servedAt,
      entries,
    }));
    return costBefore(lines, this.turns.peek(call, now), now, ({ isComing, rows }) => (isComing ? rows : 0));
  }

  /**
   * Those who have to leave for a newcomer; nobody leaves where it cannot be let in.
   * @throws ServingError QUEUE_FULL
   */
  private makeRoom(rows: number, bytes: number, call: Call, now: number): readonly Guest[] {
    const after = { rows: this.sum.rows + rows, bytes: this.sum.bytes + bytes };
    if (this.hasRoom(after)) return [];
    const newcomer = this.turns.peek(call, now);
    const leaving: Guest[] = [];
    const left = new Map<Party, number>();
    while (!this.hasRoom(after)) {
      const last = this.lastInTurn(left, now);
      if (!last || compareTurns(newcomer, last.turn, now) >= 0) throw this.full(call);
      leaving.push(last.guest);
      left.set(last.party, (left.get(last.party) ?? 0) + 1);
      after.rows -= last.guest.rows;
      after.bytes -= last.guest.bytes;
    }
    return leaving;
  }

  private hasRoom({ rows, bytes }: Sum): boolean {
    return rows <= this.limits.maxRows && bytes <= this.limits.maxBytes;
  }

  /** Who would be served last. @param left how many of the last of each party are not to be looked at */
  private lastInTurn(
    left: ReadonlyMap<Party, number>,
    now: number,
  ): { party: Party; guest: Guest; turn: Turn } | undefined {
    let last: { party: Party; guest: Guest; turn: Turn } | undefined;
    for (const party of this.parties.values()) {
      const guest = party.guests[party.guests.length - 1 - (left.get(party) ?? 0)];
      if (!guest) continue;
      const turn = { ...guest.turn, arrived: Math.max(guest.turn.arrived, party.servedAt) };
      if (!last || compareTurns(turn, last.turn, now) >= 0) last = { party, guest, turn };
    }
    return last;
  }

  private full(call: Caller): ServingError {
    this.onRefused?.('queue-full');
    return new ServingError('QUEUE_FULL', 'Too many requests are waiting for this model. Try again.', {
      retryAfter: retryAfter(this.workplaces.expectedMs(1, call, asNewcomer(this.coming))),
    });
  }

  private letIn(rows: number, bytes: number, call: Call, now: number): Admitted {
    const controller = new AbortController();
    const hangUp = (): void => controller.abort(call.signal.reason);
    let isIn = true;
    const guest: Guest = {
      rows,
      bytes,
      turn: this.turns.turnFor(call, rows, now),
      controller,
      isComing: true,
      forget: () => {
        isIn = false;
        call.signal.removeEventListener('abort', hangUp);
        this.takeOut(guest);
      },
    };
    call.signal.addEventListener('abort', hangUp, { once: true });
    this.add(guest);
    const admitted: Call = { ...call, signal: controller.signal };
    return {
      call: admitted,
      inTurn: (work) => this.workplaces.inTurn(work, rows, admitted, () => this.cameThrough(guest)),
      leave: () => {
        if (!isIn) return;
        guest.forget();
        this.served(guest);
      },
    };
  }

  private cameThrough(guest: Guest): void {
    if (guest.isComing) this.coming -= guest.rows;
    guest.isComing = false;
  }

  private add(guest: Guest): void {
    const { caller } = guest.turn;
    const party = this.parties.get(caller);
    if (party) party.guests.push(guest);
    else this.parties.set(caller, { servedAt: -Infinity, guests: [guest] });
    this.coming += guest.rows;
    this.sum.rows += guest.rows;
    this.sum.bytes += guest.bytes;
  }

  private takeOut(guest: Guest): void {
    const { caller } = guest.turn;
    const party = this.parties.get(caller)!;
    party.guests.splice(party.guests.indexOf(guest), 1);
    if (party.guests.length === 0) this.parties.delete(caller);
    this.cameThrough(guest);
    this.sum.rows -= guest.rows;
    this.sum.bytes -= guest.bytes;
  }

  private served({ turn }: Guest): void {
    this.turns.served(turn);
    const party = this.parties.get(turn.caller);
    if (party) party.servedAt = performance.now();
  }
}

const asNewcomer = (coming: number): Standing => ({ coming, isIn: false });
