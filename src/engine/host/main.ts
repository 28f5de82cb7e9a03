import { Socket } from 'node:net';
import { serve } from './serve.js';
import { isRuntime, startRuntime } from './start-runtime.js';
import { threadedFrames } from './threaded-frames.js';

/**
 * The engine host: a process that holds one runtime and answers the calls that come over file descriptor 3, a socket
 * pair made by the process that started it. `argv[2]` names the runtime, `argv[3]` says why it is that one. It lives as long as that socket: Ctrl-C
 * and SIGTERM, which reach the whole process group, are the parent's to decide about.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const name = process.argv[2] ?? '';
if (!isRuntime(name)) throw new Error(`This is a bug. There is no runtime named "${name}".`);

const runtime = startRuntime(name, process.argv[3]);
runtime.catch(() => {}); // Every call is answered with this error; see serve().
const broken = (reason: string): void => {
  process.stderr.write(`${reason}\n`);
  process.exit(70); // EX_SOFTWARE of sysexits.h
};
const answers = new Socket({ fd: 3, readable: false, writable: true });
answers.on('error', () => process.exit(0)); // Nobody is there any more.
await serve(runtime, threadedFrames(3), answers, broken).catch(() => {});
process.exit(0);
