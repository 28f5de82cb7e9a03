import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';

/** What a finished command left behind. `code` is 127 when there is no such program, -1 when a signal ended it. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Aborting it ends the command and rejects the promise. */
  readonly signal?: AbortSignal;
  /** The whole output is added to this file when the command fails. Its directory exists. */
  readonly log?: string;
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end, without a shell, and keeps what it wrote on both streams. A failing exit status is an
 * answer, not an exception: what a failure means is known only to the caller.
 */
export async function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      signal: options.signal,
    });
    if (options.timeoutMs !== undefined) timer = setTimeout(() => child.kill(), options.timeoutMs);
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString('utf8'));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.name === 'AbortError' ? reject(error) : resolve({ code: 127, output: error.message }),
    );
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  }).finally(() => clearTimeout(timer));
  if (outcome.code !== 0 && options.log !== undefined) {
    // A log that cannot be written, on a disk that is full, must not hide why the command failed.
    await appendFile(options.log, `$ ${[file, ...args].join(' ')}\n${outcome.output}\n`).catch(
      () => undefined,
    );
  }
  return outcome;
}

/** Did the disk fill up while the command ran? Both pip and Python's zipfile say it in these words. */
export const ranOutOfDisk = (output: string): boolean => output.includes('No space left on device');

/** The last line that says something, cut to a length a terminal shows; '' when the command said nothing. */
export function lastLine(output: string): string {
  const lines = output.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').trim().slice(0, 300);
}
