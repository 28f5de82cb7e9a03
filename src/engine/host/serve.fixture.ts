import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Engine, NamedTensors } from '../engine.js';
import { encodeFrame, FrameReader, readFrames } from './frames.js';
import type { HostAnswer, HostCall } from './protocol.js';
import { serve } from './serve.js';
import { decodeTensors, encodeTensors } from './tensor-codec.js';

interface Reply {
  readonly answer: HostAnswer;
  readonly outputs: NamedTensors;
}

/** One side of a real connection whose other side is served by `engine`. */
export async function connected(engine: Engine) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [peer] = (await once(server, 'connection')) as [Socket];
  server.close();
  const broken: string[] = [];
  const ended = serve(engine, readFrames(peer), peer, (reason) => broken.push(reason));
  const replies: Reply[] = [];
  const waiting: (() => void)[] = [];
  const reader = new FrameReader();
  socket.on('data', (chunk: Buffer) => {
    for (const { header, payload } of reader.read(chunk)) {
      const answer = header as HostAnswer;
      replies.push({ answer, outputs: 'tensors' in answer ? decodeTensors(answer.tensors, payload) : {} });
    }
    for (const wake of waiting.splice(0)) wake();
  });
  const send = (id: number, call: HostCall, payload: readonly Uint8Array[] = []) => {
    for (const part of encodeFrame({ ...call, id }, payload)) socket.write(part);
  };
  const run = (id: number, model: string, inputs: NamedTensors) => {
    const { headers, payload } = encodeTensors(inputs);
    send(id, { call: 'run', model, signature: 'serve', tensors: headers }, payload);
  };
  /** The first so many replies, once they are here. */
  const received = async (count: number) => {
    while (replies.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return replies.slice(0, count);
  };
  return { socket, send, run, received, ended, broken };
}
