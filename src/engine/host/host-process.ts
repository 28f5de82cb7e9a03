import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../engine.js';
import { oomKills } from './oom-kills.js';
import { encodeFrame, FrameReader } from './frames.js';
import type { HostAnswer, HostCall } from './protocol.js';

/** An answer that is not an error, with the payload of its frame. */
export interface HostReply {
  readonly answer: Exclude<HostAnswer, { readonly error: unknown }>;
  readonly payload: Uint8Array;
}

interface Pending {
  resolve(reply: HostReply): void;
  reject(error: EngineError): void;
  readonly timer: NodeJS.Timeout;
  /** It was not answered in time. */
  isLate: boolean;
}

/** How long a process whose connection broke may take to end, in ms, before it is taken for one that lives on. */
const END_MS = 500;

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

/** What a host shall hold. */
export interface HostedRuntime {
  readonly runtime: string;
  /** How many runs it does at once. */
  readonly streams: number;
  /** Why it is that runtime, for its `info`. */
  readonly note?: string | undefined;
}

/**
 * By what a process ended that nobody asked to: by itself, since it did not answer, since it took more memory than it may or than there is, or
 * by somebody else, who killed it.
 */
export type EndedBy = 'itself' | 'hanging' | 'memory' | 'outside';

export interface HostEvents {
  /** Each line that the process, which is to say TensorFlow, prints. */
  readonly onOutput: (line: string) => void;
  /** The process is gone, for the reason given as a sentence. Told before the calls in flight are rejected. */
  readonly onEnd: (reason: string, by: EndedBy) => void;
}

/** One life of an engine host: from its start to its end, after which every call is rejected as `crashed`. */
export class HostProcess {
  private readonly child: ChildProcess;
  private readonly socket: Duplex;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  /** Why the process is gone or about to be. */
  private end: string | undefined;
  private endedBy: EndedBy = 'itself';
  /** Nobody could talk to it any more, and it was killed for that. */
  private isCutOff = false;
  /** How many processes the kernel had killed for want of memory when this one was started. */
  private readonly oomKills = oomKills();
  private gone = false;
  private onDrained: (() => void) | undefined;

  /**
   * @param environment variables that the process has beside those of this one
   * @param through the command, if any, that starts it and becomes it
   */
  constructor(
    { runtime, streams, note }: HostedRuntime,
    private readonly events: HostEvents,
    environment: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
  ) {
    // A host collects its garbage before it says how large it is.
    const program = ['--expose-gc', MAIN, runtime, String(streams), ...(note === undefined ? [] : [note])];
    const env = { ...process.env, ...environment };
    const [command, ...args] = [...through, process.execPath, ...program];
    this.child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env });
    this.socket = this.child.stdio[3] as Duplex;
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', events.onOutput);
    }
    const reader = new FrameReader();
    this.socket.on('data', (chunk: Uint8Array) => {
      try {
        for (const { header, payload } of reader.read(chunk)) this.settle(header as HostAnswer, payload);
      } catch (error) {
        this.kill(`The engine process sent what cannot be read: ${String(error)}`);
      }
    });
    // Mostly the first sign of the process's end, which says more; if it should live on, nobody can talk to it.
    this.socket.on('error', () => {
      const timer = setTimeout(() => {
        this.isCutOff = true;
        this.child.kill('SIGKILL');
      }, END_MS);
      this.child.once('exit', () => clearTimeout(timer));
    });
    this.child.on('error', (error) =>
      this.finish(`The engine process could not be started: ${error.message}`),
    );
    this.child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL' && this.end === undefined && !this.isCutOff) this.endedBy = this.killer();
      this.finish(`The engine process ended (${signal ?? `exit code ${code}`}).`);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Whether every further call would be rejected. */
  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  /** Whether a call is in flight. */
  get isBusy(): boolean {
    return this.pending.size > 0;
  }

  /**
   * Sends one call and waits for its answer. A process that does not answer within `timeoutMs` is taken for hung and
   * killed.
   * @throws EngineError
   */
  call(call: HostCall, timeoutMs: number, data: readonly Uint8Array[] = []): Promise<HostReply> {
    return new Promise((resolve, reject) => {
      if (this.gone) {
        reject(this.crash());
        return;
      }
      const id = this.nextId++;
      const frame = encodeFrame({ ...call, id }, data); // May throw; nothing waits for an answer yet.
      const timer = setTimeout(() => {
        pending.isLate = true;
        this.kill(`The engine process did not answer within ${timeoutMs} ms and was ended.`, 'hanging');
      }, timeoutMs);
      const pending: Pending = { resolve, reject, timer, isLate: false };
      this.pending.set(id, pending);
      if (this.end !== undefined) return; // It is rejected once the process is gone and another may be tried.
      this.socket.cork();
      for (const part of frame) this.socket.write(part);
      this.socket.uncork();
    });
  }

  /** Ends the process at once. */
  kill(reason: string, by: EndedBy = 'itself'): void {
    if (this.end === undefined) this.endedBy = by;
    this.end ??= reason;
    this.child.kill('SIGKILL');
  }

  /** Lets the process end by itself, which it does when its connection ends; kills it after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.gone) return;
    const exited = once(this.child, 'exit');
    this.socket.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }

  /** Closes once nothing is in flight any more: for a process that gets no further calls. */
  async retire(graceMs: number): Promise<void> {
    // Whoever was given this host in the same turn of the event loop has called by then.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.pending.size > 0) await new Promise<void>((resolve) => (this.onDrained = resolve));
    await this.close(graceMs);
  }

  private settle(answer: HostAnswer, payload: Uint8Array): void {
    const call = this.pending.get(answer.id);
    if (!call) return;
    this.pending.delete(answer.id);
    clearTimeout(call.timer);
    if ('error' in answer) call.reject(new EngineError(answer.error.kind, answer.error.message));
    else call.resolve({ answer, payload });
    if (this.pending.size === 0) this.onDrained?.();
  }

  /** Who sent the SIGKILL that ended it, which was not this process. */
  private killer(): EndedBy {
    const now = oomKills();
    if (now === undefined || this.oomKills === undefined) return 'itself';
    return now === this.oomKills ? 'outside' : 'memory';
  }

  private crash(isCulprit = false): EngineError {
    const isMemory = this.endedBy === 'memory';
    return new EngineError('crashed', this.end!, {
      isCulprit,
      isMemory,
      isOutside: this.endedBy === 'outside',
    });
  }

  private finish(reason: string): void {
    if (this.gone) return;
    this.gone = true;
    this.end ??= reason;
    this.events.onEnd(this.end, this.endedBy);
    for (const call of this.pending.values()) {
      clearTimeout(call.timer);
      call.reject(this.crash(call.isLate));
    }
    this.pending.clear();
    this.onDrained?.();
  }
}
