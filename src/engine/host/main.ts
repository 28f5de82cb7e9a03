import { Socket } from 'node:net';
import type { Engine } from '../engine.js';
import { serve } from './serve.js';

/**
 * The engine host: a process that holds one runtime and answers the calls that come over file descriptor 3, a socket
 * pair made by the process that started it. `argv[2]` names the runtime. It lives as long as that socket: Ctrl-C
 * and SIGTERM, which reach the whole process group, are the parent's to decide about.
 */
const RUNTIMES: Readonly<Record<string, () => Promise<Engine>>> = {
  tensorflow: async () => (await import('../tensorflow/tensorflow.engine.js')).TensorFlowEngine.start(),
  fake: async () => new (await import('../fake/fake.engine.js')).FakeEngine(),
};

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const name = process.argv[2] ?? '';
const start = RUNTIMES[name];
if (!start) throw new Error(`This is a bug. There is no runtime named "${name}".`);

const runtime = start();
runtime.catch(() => {}); // Every call is answered with this error; see serve().
await serve(runtime, new Socket({ fd: 3, readable: true, writable: true })).catch(() => {});
process.exit(0);
