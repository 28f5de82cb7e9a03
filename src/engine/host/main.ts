import { Socket } from 'node:net';
import { StreamedEngine } from '../streams/streamed-engine.js';
import { lowerPriority, NICENESS } from '../../lower-priority.js';
import { setTensorFlowDefaults } from '../tensorflow/environment.js';
import { readFrames } from './frames.js';
import { serve } from './serve.js';

/**
 * The engine host: a process that holds a runtime in one thread or several, and answers the calls that come over file descriptor 3, a socket
 * pair made by the process that started it. `argv[2]` names the runtime, `argv[3]` says how many runs it does at once, `argv[4]` why it is that
 * runtime. It lives as long as that socket: Ctrl-C and SIGTERM, which reach the whole process group, are the parent's to decide about.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

lowerPriority(NICENESS.engine);
setTensorFlowDefaults(); // What a thread sets does not reach the C library.
const [, , runtime = '', streams, note] = process.argv;
const broken = (reason: string): void => {
  process.stderr.write(`${reason}\n`);
  process.exit(70); // EX_SOFTWARE of sysexits.h
};
const engine = new StreamedEngine({ runtime, note }, Number(streams), broken);
const socket = new Socket({ fd: 3 });
socket.on('error', () => process.exit(0)); // Nobody is there any more.
await serve(engine, readFrames(socket), socket, broken).catch(() => {});
process.exit(0);
