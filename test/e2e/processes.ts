import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Agent, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { TestServer } from './server.js';

/** What a command wrote, and its exit code. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Waits until a command has ended. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const [out, err, [code]] = await Promise.all([
    textOf(child.stdout!),
    textOf(child.stderr!),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

/** The processes that a server started and that live. */
export interface Processes {
  readonly workers: readonly number[];
  readonly engines: readonly number[];
  /** Those that work on large pictures. */
  readonly pictures: readonly number[];
}

export async function processesOf(server: TestServer): Promise<Processes> {
  const pid = server.process.pid!;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const workers: number[] = [];
  const engines: number[] = [];
  const pictures: number[] = [];
  for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('engine/host/main.js')) engines.push(child);
    else if (command.includes('picture-process.js')) pictures.push(child);
    else if (command.includes('dist/main.js')) workers.push(child);
  }
  return { workers, engines, pictures };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json(): unknown;
}

/**
 * A request; without an `agent` over a connection of its own, so that it may come to any worker. Rejects if the connection breaks.
 */
export function ask(
  server: TestServer,
  path: string,
  input?: readonly number[],
  agent?: Agent,
): Promise<Reply> {
  const body = input && JSON.stringify({ input });
  const headers = { 'X-API-Key': server.key, ...(body && { 'Content-Type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}${path}`,
      { method: body ? 'POST' : 'GET', headers, agent: agent ?? false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, text, json: () => JSON.parse(text) as unknown });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * Waits until so many processes have logged a request by this path: a line may come later than the answer.
 * @returns their pids, ascending
 */
export async function untilAnsweredBy(count: number, server: TestServer, path: string): Promise<number[]> {
  await server.until(() => answeredBy(server, path).size >= count, `${count} processes have logged ${path}`);
  return [...answeredBy(server, path)].toSorted((a, b) => a - b);
}

function answeredBy(server: TestServer, path: string): Set<number> {
  const lines = server.log().filter(({ msg }) => String(msg).includes(` ${path} `));
  return new Set(lines.map(({ pid }) => Number(pid)));
}

/** The value of a metric in the answer of `/metrics`; `NaN` if it is not there. */
export function metric(text: string, name: string): number {
  const lines = text.split('\n').filter((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return lines.length === 0 ? NaN : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** The engine hosts of a server: its children. */
export async function hostsOf(server: TestServer): Promise<number[]> {
  const pid = server.process.pid!;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
