import type { Layout } from './layout.js';

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** As much of it as is used: Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const { Module, Memory, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;

interface Running<Functions> {
  readonly functions: Functions;
  readonly memory: Memory;
}

const PAGE = 2 ** 16;
/** Memory of WebAssembly never shrinks: after a picture that took more, in bytes, it is left to the garbage collector. */
const MEMORY_KEPT = 32 * 2 ** 20;

/** A program of this folder's sources, with one memory that is used again for every picture. */
export class Compiled<Functions extends object> {
  private module: object | undefined;
  private running: Running<Functions> | undefined;

  /** @param program in base64; compiled when it is first run */
  constructor(private readonly program: string) {}

  /** @param work calls the functions; `bytes` is the memory, as `layout` has it. It must keep none of it */
  run<Result>(layout: Layout, work: (functions: Functions, bytes: Uint8Array) => Result): Result {
    const { functions, memory } = (this.running ??= this.start());
    const missing = layout.size - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const bytes = new Uint8Array(memory.buffer);
    layout.writeTo(bytes);
    try {
      return work(functions, bytes);
    } finally {
      if (bytes.length > MEMORY_KEPT) this.running = undefined;
    }
  }

  private start(): Running<Functions> {
    const memory = new Memory({ initial: 16 });
    this.module ??= new Module(Buffer.from(this.program, 'base64'));
    const { exports } = new Instance(this.module, { env: { memory } });
    return { functions: exports as Functions, memory };
  }
}
