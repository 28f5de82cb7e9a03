import { loadDotenv } from '../config/dotenv.js';
import type { Surroundings } from './surroundings.js';

/** Runs a command for a terminal: its code becomes the process's, the first Ctrl-C asks it to stop, and a second one ends the process at once. */
export async function runCommand(
  command: (args: readonly string[], around: Surroundings) => Promise<number>,
): Promise<void> {
  // As the server does, so that both mean the same models.
  for (const warning of loadDotenv()) process.stderr.write(`${warning}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  process.exitCode = await command(process.argv.slice(2), {
    env: process.env,
    answer: (line) => process.stdout.write(`${line}\n`),
    screen: process.stderr,
    signal: stop.signal,
  });
}
