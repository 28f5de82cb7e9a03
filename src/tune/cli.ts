import { existsSync } from 'node:fs';
import { tuneCommand } from './tune-command.js';

// As the server does, so that both mean the same models.
if (existsSync('.env')) process.loadEnvFile('.env');

// A second one ends the process at once.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

process.exitCode = await tuneCommand(process.argv.slice(2), {
  env: process.env,
  answer: (line) => console.log(line),
  screen: process.stderr,
  signal: stop.signal,
});
