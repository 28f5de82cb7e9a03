import type { Writable } from 'node:stream';
import { type Engine, EngineError, isCrash } from '../engine.js';
import { encodeFrame, type Frame } from './frames.js';
import type { HostAnswer, HostRequest } from './protocol.js';
import { residentBytes } from './resident-bytes.js';
import { decodeTensors, encodeTensors } from './tensor-codec.js';

/** An engine whose process's memory is asked for: what can be freed of it is freed before. */
export type HostedEngine = Engine & { collectGarbage?(): Promise<void> };

/**
 * Answers the calls in `frames` with `engine`, on `socket`, until they end.
 * @param onBroken the engine says of itself that it has crashed: nothing it answers from then on can be relied on
 */
export async function serve(
  engine: HostedEngine,
  frames: AsyncIterable<Frame>,
  socket: Writable,
  onBroken: (reason: string) => void,
): Promise<void> {
  for await (const { header, payload } of frames) {
    // Not awaited: answers leave in the order in which the engine has them.
    respond(engine, socket, header as HostRequest, payload).catch((error: Error) => onBroken(error.message));
  }
}

async function respond(
  engine: HostedEngine,
  socket: Writable,
  request: HostRequest,
  payload: Uint8Array,
): Promise<void> {
  const frame = await answer(engine, request, payload);
  socket.cork();
  for (const part of frame) socket.write(part);
  socket.uncork();
}

/**
 * The frame of the answer; an answer too large for one is an error like any other.
 * Rejects only if the engine has crashed.
 */
async function answer(
  engine: HostedEngine,
  request: HostRequest,
  payload: Uint8Array,
): Promise<Uint8Array[]> {
  const { id } = request;
  try {
    switch (request.call) {
      case 'info':
        return frameOf({ id, info: await engine.info() });
      case 'load':
        return frameOf({ id, loaded: await engine.load(request.model, request.directory, request.options) });
      case 'run': {
        const inputs = decodeTensors(request.tensors, payload);
        const outputs = encodeTensors(await engine.run(request.model, request.signature, inputs));
        return frameOf({ id, tensors: outputs.headers }, outputs.payload);
      }
      case 'unload':
        await engine.unload(request.model);
        return frameOf({ id, unloaded: true });
      case 'memory':
        await engine.collectGarbage?.();
        return frameOf({ id, residentBytes: await residentBytes() });
    }
  } catch (error) {
    if (isCrash(error)) throw error;
    const kind = error instanceof EngineError ? error.kind : request.call === 'run' ? 'run' : 'load';
    return frameOf({ id, error: { kind, message: error instanceof Error ? error.message : String(error) } });
  }
}

function frameOf(reply: HostAnswer, data?: readonly Uint8Array[]): Uint8Array[] {
  return encodeFrame(reply, data);
}
