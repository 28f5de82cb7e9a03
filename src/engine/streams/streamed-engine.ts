import type { Engine, EngineInfo, LoadedModel, LoadOptions, NamedTensors } from '../engine.js';
import type { Tensor } from '../tensor.js';
import type { StreamStart } from './protocol.js';
import { Stream } from './stream.js';

/**
 * Several runs at once in one process, each in a thread of its own, and this thread free to read the next. The first stream loads the
 * models; the others share what it loaded, where the runtime can. While it loads, they run.
 */
export class StreamedEngine implements Engine {
  private readonly streams: Stream[];
  /** The runs that wait for a stream. */
  private readonly waiting: ((stream: Stream) => void)[] = [];
  /** The models that only the first stream holds. */
  private readonly single = new Set<string>();
  private readonly started: Promise<void>;

  /** @param runsAtOnce how many streams there are @param onEnd told when a thread ended: nothing can be run any more */
  constructor(
    start: StreamStart,
    readonly runsAtOnce: number,
    private readonly onEnd: (reason: string) => void,
  ) {
    const first = this.startStream(start);
    this.streams = [first];
    this.started = this.startOthers(first, start);
  }

  async info(): Promise<EngineInfo> {
    return this.first.call('info', []);
  }

  async load(model: string, directory: string, options: LoadOptions): Promise<LoadedModel> {
    const loaded = await this.first.call('load', [model, directory, options]);
    await this.started;
    const [, ...others] = this.streams;
    // Of one that has a state, no two runs may be under way: each reads and writes it step by step.
    if (loaded.stateful.length > 0) this.single.add(model);
    if (others.length === 0 || loaded.stateful.length > 0) return loaded;
    const shared = await this.first.call('share', [model]);
    const held = others.map(async (stream) => {
      if (shared === null) await stream.call('load', [model, directory, options]);
      else await stream.call('attach', [model, shared]);
    });
    const failed = (await Promise.allSettled(held)).find((result) => result.status === 'rejected');
    if (failed) {
      await this.unload(model);
      throw failed.reason;
    }
    return loaded;
  }

  /** The buffers of `inputs` are given away to the thread that runs it. */
  run(model: string, signature: string, inputs: NamedTensors): Promise<NamedTensors> {
    const begin = (stream: Stream): Promise<NamedTensors> =>
      stream.call('run', [model, signature, inputs], buffersOf(inputs));
    if (this.single.has(model)) return begin(this.first);
    const free = this.streams.find((stream) => this.isFree(stream));
    if (free) return begin(free);
    return new Promise((resolve) => {
      this.waiting.push((stream) => {
        const run = begin(stream);
        run.catch(() => this.beginNext(stream)); // What cannot be sent leaves the stream free, and is not answered by it.
        resolve(run);
      });
    });
  }

  async unload(model: string): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.call('unload', [model])));
    this.single.delete(model);
  }

  /** Frees what can be freed of all threads' memory. */
  async collectGarbage(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.collectGarbage()));
  }

  async close(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.close()));
  }

  /** After the first: starting, they would share the cores with it, and nothing can be run before it has loaded a model. */
  private async startOthers(first: Stream, start: StreamStart): Promise<void> {
    try {
      await first.call('info', []);
    } catch {
      return; // Every call is answered with this error.
    }
    while (this.streams.length < this.runsAtOnce) {
      const stream = this.startStream(start);
      this.streams.push(stream);
      this.beginNext(stream);
    }
  }

  private get first(): Stream {
    return this.streams[0]!;
  }

  /** For a run. Where there are others, one that loads is left to it; alone it runs meanwhile. */
  private isFree({ isIdle, isRunning }: Stream): boolean {
    return this.runsAtOnce === 1 ? !isRunning : isIdle;
  }

  private startStream(start: StreamStart): Stream {
    return new Stream(start, (stream) => this.beginNext(stream), this.onEnd);
  }

  private beginNext(stream: Stream): void {
    if (this.isFree(stream)) this.waiting.shift()?.(stream);
  }
}

/** Each once; of strings none, since those are many. */
function buffersOf(inputs: NamedTensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { dtype, data } of Object.values(inputs)) {
    if (dtype !== 'string')
      buffers.add((data as Exclude<Tensor['data'], readonly Uint8Array[]>).buffer as ArrayBuffer);
  }
  return [...buffers];
}
