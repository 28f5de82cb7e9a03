import { EngineError } from '../engine.js';

/**
 * The frames that travel between the HTTP process and an engine host:
 *
 *     uint32 LE  length of the header      uint32 LE  length of the payload
 *     header     JSON, UTF-8               payload    the raw bytes that the header describes
 */
export interface Frame {
  readonly header: unknown;
  /** Starts on an 8-byte boundary of its own ArrayBuffer, so that typed arrays can look into it. */
  readonly payload: Uint8Array;
}

const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 16 * 2 ** 20;
const MAX_PAYLOAD_BYTES = 2 ** 32 - 1;

/**
 * The chunks of one frame, to be written in this order. The payload's chunks are not copied.
 * @throws EngineError `run` if there is more than one frame can hold
 */
export function encodeFrame(header: object, payload: readonly Uint8Array[] = []): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const length = payload.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (json.length > MAX_HEADER_BYTES)
    throw new EngineError('run', `A frame's header holds at most 16 MiB, not ${json.length} bytes.`);
  if (length > MAX_PAYLOAD_BYTES)
    throw new EngineError('run', `A frame holds at most 4 GiB, not ${length} bytes.`);
  const start = Buffer.allocUnsafe(PREFIX_BYTES + json.length);
  start.writeUInt32LE(json.length, 0);
  start.writeUInt32LE(length, 4);
  json.copy(start, PREFIX_BYTES);
  return [start, ...payload];
}

/** Puts frames together from a socket's chunks, copying each payload once into a buffer of its exact size. */
export class FrameReader {
  private target = Buffer.alloc(PREFIX_BYTES);
  private filled = 0;
  private stage: 'prefix' | 'header' | 'payload' = 'prefix';
  private payloadLength = 0;
  private header: unknown;

  /** Yields the frames that `chunk` completes. Throws if the stream cannot be one of frames. */
  *read(chunk: Uint8Array): Generator<Frame> {
    let offset = 0;
    for (;;) {
      const take = Math.min(this.target.length - this.filled, chunk.length - offset);
      this.target.set(chunk.subarray(offset, offset + take), this.filled);
      offset += take;
      this.filled += take;
      if (this.filled < this.target.length) return;
      const frame = this.advance();
      if (frame) yield frame;
    }
  }

  private advance(): Frame | undefined {
    const complete = this.target;
    switch (this.stage) {
      case 'prefix': {
        const headerLength = complete.readUInt32LE(0);
        if (headerLength > MAX_HEADER_BYTES) throw new RangeError('This is not a stream of frames.');
        this.payloadLength = complete.readUInt32LE(4);
        this.expect('header', headerLength);
        return undefined;
      }
      case 'header':
        this.header = JSON.parse(complete.toString('utf8'));
        this.expect('payload', this.payloadLength);
        return undefined;
      case 'payload':
        this.expect('prefix', PREFIX_BYTES);
        return { header: this.header, payload: complete };
    }
  }

  private expect(stage: FrameReader['stage'], length: number): void {
    this.stage = stage;
    this.filled = 0;
    // A buffer of its own, not a slice of Node's pool: the payload's alignment is then the allocator's. Not filled with zeros:
    // it is given on only when every byte of it has arrived.
    this.target = Buffer.allocUnsafeSlow(length);
  }
}

/** The frames that arrive on a stream, until it ends. Throws if it cannot be a stream of frames. */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  for await (const chunk of stream) yield* reader.read(chunk);
}
