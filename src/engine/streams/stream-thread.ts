import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '../engine.js';
import { isRuntime, startRuntime } from '../host/start-runtime.js';
import type { StreamCall, StreamReply, StreamStart } from './protocol.js';
import type { StreamEngine } from './stream-engine.js';

/** The thread of a stream: it has a runtime, and answers the calls that it is sent. A run may block it. */
const port = parentPort as MessagePort;
const { runtime: name, note } = workerData as StreamStart;
if (!isRuntime(name)) throw new Error(`This is a bug. There is no runtime named "${name}".`);

const runtime: Promise<StreamEngine> = startRuntime(name, note);
runtime.catch(() => {}); // Every call is answered with this error.
port.on('message', async (call: StreamCall) => port.postMessage(await reply(call)));

async function reply({ id, method, args }: StreamCall): Promise<StreamReply> {
  try {
    return { id, result: await answer(method, args) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, error: error instanceof EngineError ? { kind: error.kind, message } : { message } };
  }
}

/** `null` from a method that the runtime lacks. */
async function answer(method: StreamCall['method'], args: readonly unknown[]): Promise<unknown> {
  if (method === 'collect') return globalThis.gc?.();
  const engine = await runtime;
  const call = engine[method] as ((...args: readonly unknown[]) => Promise<unknown>) | undefined;
  return call === undefined ? null : call.apply(engine, [...args]);
}
