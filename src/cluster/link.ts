import type { Duplex } from 'node:stream';
import { encodeFrame, FrameReader } from '../engine/host/frames.js';
import { ServingError } from '../errors/serving-error.js';
import { fromWireError, toWireError, type WireError } from './wire-error.js';

/** What can be asked for over a link: for each name the question and its answer, both as JSON has them. */
export type Calls<C> = { readonly [K in keyof C]: { readonly ask: object; readonly answer: unknown } };

/** What is sent with a question or an answer, beside the JSON. */
export interface Sent<T> {
  readonly body: T;
  readonly payload?: readonly Uint8Array[];
}

export interface Received<T> {
  readonly body: T;
  readonly payload: Uint8Array;
}

/**
 * Answers the other end's questions. Questions are taken up in the order in which they came. `signal` aborts with a ServingError
 * (CANCELLED) when nobody waits for the answer any more.
 */
export type Handlers<C extends Calls<C>> = {
  readonly [K in keyof C]: (
    ask: C[K]['ask'],
    payload: Uint8Array,
    signal: AbortSignal,
  ) => Promise<Sent<C[K]['answer']>>;
};

type Header =
  | { readonly call: string; readonly ask: object; readonly id: number }
  | { readonly cancel: number }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: WireError };

interface Pending {
  resolve(reply: Received<unknown>): void;
  reject(error: Error): void;
}

/**
 * One end of the socket pair between the primary and a worker, over which either asks the other, in the frames of the engine hosts.
 * `Theirs` are the questions that the other end answers, `Ours` those that this one does.
 */
export class Link<Theirs extends Calls<Theirs>, Ours extends Calls<Ours>> {
  private readonly pending = new Map<number, Pending>();
  /** The other end's questions that are being answered. */
  private readonly answering = new Map<number, AbortController>();
  private nextId = 1;
  private ended = false;

  /** @param onEnd the other end is gone; told once, after the questions in flight were given up */
  constructor(
    private readonly socket: Duplex,
    private readonly handlers: Handlers<Ours>,
    private readonly onEnd: () => void,
  ) {
    const reader = new FrameReader();
    socket.on('data', (chunk: Uint8Array) => {
      try {
        for (const { header, payload } of reader.read(chunk)) this.receive(header as Header, payload);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', () => this.finish()); // The process at the other end is gone, and its end will be told.
    socket.on('end', () => this.finish());
    socket.on('close', () => this.finish());
  }

  /**
   * @param signal the asker does not wait any longer; what is being done for it is given up where that can be
   * @throws what the other end threw; the signal's reason
   */
  call<K extends keyof Theirs & string>(
    call: K,
    ask: Theirs[K]['ask'],
    payload: readonly Uint8Array[] = [],
    signal?: AbortSignal,
  ): Promise<Received<Theirs[K]['answer']>> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.ended) throw goneError();
      const id = this.nextId++;
      const frame = encodeFrame({ call, ask, id }, payload); // May throw; nothing waits for an answer yet.
      const leave = (): void => {
        this.pending.delete(id);
        this.send(encodeFrame({ cancel: id }));
        reject(signal!.reason as Error);
      };
      const settled = (): void => signal?.removeEventListener('abort', leave);
      this.pending.set(id, {
        resolve: (reply) => {
          settled();
          resolve(reply as Received<Theirs[K]['answer']>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener('abort', leave, { once: true });
      this.send(frame);
    });
  }

  private receive(header: Header, payload: Uint8Array): void {
    if ('call' in header) void this.answer(header, payload);
    else if ('cancel' in header) this.answering.get(header.cancel)?.abort(leftError());
    else {
      const asker = this.pending.get(header.id);
      this.pending.delete(header.id);
      if ('error' in header) asker?.reject(fromWireError(header.error));
      else asker?.resolve({ body: header.answer, payload });
    }
  }

  private async answer(
    { call, ask, id }: Extract<Header, { call: string }>,
    payload: Uint8Array,
  ): Promise<void> {
    const left = new AbortController();
    this.answering.set(id, left);
    let frame: Uint8Array[];
    try {
      const answer = await this.handlers[call as keyof Ours](ask, payload, left.signal);
      frame = encodeFrame({ id, answer: answer.body }, answer.payload);
    } catch (error) {
      frame = encodeFrame({ id, error: toWireError(error) });
    }
    this.answering.delete(id);
    if (!left.signal.aborted) this.send(frame);
  }

  private send(frame: readonly Uint8Array[]): void {
    if (this.ended) return;
    this.socket.cork();
    for (const part of frame) this.socket.write(part);
    this.socket.uncork();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.socket.destroy();
    for (const left of this.answering.values()) left.abort(leftError());
    for (const { reject } of this.pending.values()) reject(goneError());
    this.pending.clear();
    this.onEnd();
  }
}

function leftError(): ServingError {
  return new ServingError('CANCELLED', 'Nobody waits for the answer any more.');
}

function goneError(): ServingError {
  const sentence = 'A process of this server ended while it worked on this request. Try again.';
  return new ServingError('ENGINE_FAILED', sentence, { retryAfter: 2 });
}
