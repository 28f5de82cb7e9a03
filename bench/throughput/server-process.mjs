import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesOf, startOf } from './processes.mjs';

const READY_SECONDS = 180;
const STOP_MS = 8000;
const POLL_MS = 10;
const ANSWER_MS = 30_000;

const running = new Set();
// Whatever ends this process, nothing that it started stays.
process.on('exit', () => {
  for (const server of running) server.kill();
});

/** A server as a group of processes of its own, whose output goes to a file. */
export class ServerProcess {
  /**
   * @param launch what to run; `{port}`, `{grpc}` and `{metrics}` in it become free ports
   * @param folder for its output
   */
  static async start({ command, parameters, env, cwd }, folder) {
    const ports = { port: await freePort(), grpc: await freePort(), metrics: await freePort() };
    const mark = `TENSORNEST_BENCH=${randomUUID()}`;
    const log = join(folder, 'output.log');
    const output = openSync(log, 'w');
    const { PATH, HOME } = process.env;
    const [marked, value] = mark.split('=');
    const started = performance.now();
    const filled = (text) => text.replace(/\{(port|grpc|metrics)\}/g, (_, name) => ports[name]);
    const child = spawn(command, parameters.map(filled), {
      cwd,
      env: { PATH, HOME, ...mapValues(env, filled), [marked]: value },
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const server = new ServerProcess(child, { port: ports.port, mark, log, started });
    running.add(server);
    child.once('error', (error) => (server.problem = error.message));
    return server;
  }

  constructor(child, { port, mark, log, started }) {
    this.child = child;
    this.port = port;
    this.mark = mark;
    this.log = log;
    this.started = started;
    this.problem = undefined;
  }

  /**
   * Asks until the server answers 200.
   * @param request see servers.mjs
   * @returns how long that took from the start of the process, in ms
   */
  async firstAnswer(request, signal) {
    let last = '';
    while (performance.now() - this.started < READY_SECONDS * 1000) {
      signal.throwIfAborted();
      if (this.problem !== undefined || this.child.exitCode !== null) {
        throw new Error(
          `It ended (${this.problem ?? `exit code ${this.child.exitCode}`}). ${this.lastWords()}`,
        );
      }
      try {
        await this.ask(request);
        return performance.now() - this.started;
      } catch (error) {
        last = error.cause?.code ?? error.message;
      }
      await sleep(POLL_MS);
    }
    throw new Error(`It did not answer within ${READY_SECONDS} s (${last}). ${this.lastWords()}`);
  }

  /** @returns the text of an answer of 200 */
  async ask({ path, headers, body }) {
    const options = { method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, options);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 300)}`);
    return text;
  }

  processes() {
    return processesOf(this.child.pid, this.mark);
  }

  /** Politely, then not. */
  async stop() {
    const known = this.processes().map((pid) => ({ pid, start: startOf(pid) }));
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    }
    this.kill(known);
    running.delete(this);
  }

  /** @param known processes that may have lost what would show whose they are */
  kill(known = []) {
    const lost = known.filter((one) => one.start !== undefined && startOf(one.pid) === one.start);
    for (const pid of new Set([...lost.map((one) => one.pid), ...this.processes()])) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }

  /** What the server printed last that says something. */
  lastWords() {
    const lines = readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return lines.slice(-3).join(' ⏎ ').slice(-600);
  }
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** Below those that the system gives to outgoing connections: of them a server that opens many may take its own before it listens. */
const [FIRST_PORT, LAST_PORT] = [20_000, 29_999];

export async function freePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port) {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const free = await listening;
  server.close();
  return free;
}
