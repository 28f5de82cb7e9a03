import { PROGRAM } from './program.js';

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** `resampler.as`, which says what its functions take. */
export interface Program {
  readonly memory: Memory;
  readonly across1: (...where: readonly number[]) => void;
  readonly across3: (...where: readonly number[]) => void;
  readonly across4: (...where: readonly number[]) => void;
  readonly down: (...where: readonly number[]) => void;
}

/** As much of it as is used: Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Omit<Program, 'memory'> };
}

const { Module, Memory, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;

const compiled = new Module(Buffer.from(PROGRAM, 'base64'));

/** The program with a memory of its own. */
export function instantiate(): Program {
  const memory = new Memory({ initial: 16 });
  return { ...new Instance(compiled, { env: { memory } }).exports, memory };
}

/** How far the program may read and write beyond what it is given. */
export const SLACK = 16;
const PAGE = 2 ** 16;

export function aligned(bytes: number): number {
  return Math.ceil(bytes / SLACK) * SLACK;
}

/** What lies where in the program's memory. */
export class Layout {
  private end = 0;
  private readonly contents: [at: number, content: Uint8Array][] = [];

  /** @returns the address of so many bytes that nothing else has */
  place(bytes: number): number {
    const at = this.end;
    this.end = at + aligned(bytes);
    return at;
  }

  put({ buffer, byteOffset, byteLength }: Int16Array | Int32Array): number {
    const at = this.place(byteLength + SLACK);
    this.contents.push([at, new Uint8Array(buffer, byteOffset, byteLength)]);
    return at;
  }

  /** Makes the memory large enough, and writes what was put. */
  writeTo(memory: Memory): void {
    const missing = this.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const bytes = new Uint8Array(memory.buffer);
    for (const [at, content] of this.contents) bytes.set(content, at);
  }
}
