import { Socket } from 'node:net';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { readFrames } from './frames.js';

/** A thread that reads frames from the file descriptor it is given and hands them to its parent: see `threaded-frames.ts`. */
const port = parentPort as MessagePort;
const socket = new Socket({ fd: workerData as number, readable: true, writable: false });
for await (const { header, payload } of readFrames(socket)) {
  port.postMessage({ header, payload }, [payload.buffer as ArrayBuffer]);
}
