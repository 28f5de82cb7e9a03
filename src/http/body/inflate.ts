import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ServingError } from '../../errors/serving-error.js';
import { concat } from './concat.js';
import { brokeOff, bodyTooLarge } from './body-errors.js';

const INFLATE = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;
export type Compression = keyof typeof INFLATE;

/** As much may come of any body, however few bytes it has. */
const FREE_BYTES = 2 ** 20;
/** Larger pieces mean fewer turns of the event loop. */
const CHUNK_BYTES = 256 * 2 ** 10;

/** How many bytes may come of so many: those of bodies that people send are ten times as many at most. */
export function mostInflated(bytes: number, { maxBytes, maxRatio }: InflateLimits): number {
  return Math.min(maxBytes, Math.max(FREE_BYTES, bytes * maxRatio));
}

export interface InflateLimits {
  readonly maxBytes: number;
  /** Bytes that may come of one, beyond the first MiB. */
  readonly maxRatio: number;
}

export function isCompression(encoding: string): encoding is Compression {
  return Object.hasOwn(INFLATE, encoding);
}

/**
 * What was compressed, piece by piece: who sends more than is allowed costs no more than that.
 * @throws ServingError BODY_TOO_LARGE, BODY_UNREADABLE; or the signal's reason
 */
export async function inflate(
  compression: Compression,
  bytes: Uint8Array,
  limits: InflateLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const most = mostInflated(bytes.length, limits);
  const stream = INFLATE[compression]({ chunkSize: CHUNK_BYTES });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    stream.end(bytes);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      length += chunk.length;
      if (length > most) throw tooMuch(bytes.length, most, limits);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ServingError) throw error;
    throw brokeOff(error);
  } finally {
    stream.destroy();
  }
  return concat(chunks, length, signal);
}

function tooMuch(bytes: number, most: number, { maxBytes, maxRatio }: InflateLimits): ServingError {
  if (most === maxBytes) return bodyTooLarge(maxBytes);
  const sentence = `The ${bytes} bytes of the body become more than ${maxRatio} times as many. Send it without compression.`;
  return new ServingError('BODY_TOO_LARGE', sentence);
}
