import { existsSync } from 'node:fs';
import { keysCommand } from './keys-command.js';

// As the server does, so that both mean the same file.
if (existsSync('.env')) process.loadEnvFile('.env');

process.exitCode = await keysCommand(process.argv.slice(2), process.env, {
  answer: (line) => console.log(line),
  aside: (line) => console.error(line),
});
