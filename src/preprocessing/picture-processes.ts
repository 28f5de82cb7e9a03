import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PictureAnswer } from './picture-task.js';
import { type FarEnd, type FarEvents, PictureWorker } from './picture-worker.js';
import { PictureWorkers } from './picture-workers.js';

const PROGRAM = fileURLToPath(new URL('picture-process.js', import.meta.url));

/** How long a process that has nothing to do is kept: it holds what its last picture took. */
const KEPT_MS = 10_000;

/**
 * Does the work on large pictures in processes of their own, started when they are needed: libvips cannot be interrupted in a thread, and
 * what a process took of memory is free when it has ended.
 */
export class PictureProcesses extends PictureWorkers {
  constructor() {
    super({ start: () => new PictureWorker(startProcess), keptMs: KEPT_MS });
  }
}

function startProcess({ answered, ended }: FarEvents): FarEnd {
  const child = fork(PROGRAM, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (answer) => answered(answer as unknown as PictureAnswer));
  child.on('error', ended);
  child.on('exit', (code, signal) =>
    ended(new Error(`A process for pictures ended (${signal ?? `exit code ${code}`}).`)),
  );
  return {
    post: (task) => child.send(task),
    keepAlive: (yes) => {
      if (yes) {
        child.ref();
        child.channel?.ref();
      } else {
        child.unref();
        child.channel?.unref();
      }
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
